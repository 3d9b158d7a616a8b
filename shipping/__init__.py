"""What a release has beside the package: manual pages and shell completion, made of the commands as it is built."""
