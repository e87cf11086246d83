"""How the files of this package were made; whoever takes the course needs none of it."""
