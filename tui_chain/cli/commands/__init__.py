"""What the commands of `tlschain` do, a module a command; `declarations` loads each when it runs."""
