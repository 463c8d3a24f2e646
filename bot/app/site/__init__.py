"""What visitors and other sites write on the site: comments and webmentions."""
