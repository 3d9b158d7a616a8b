"""What a release has beside the code: packages, manual pages, completion, examples, the site."""
