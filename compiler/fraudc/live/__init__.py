"""What talks to a running job: its topics are read and written here, as the project's `job:` names them."""
