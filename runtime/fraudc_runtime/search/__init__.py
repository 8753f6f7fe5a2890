"""The search index as a projection of the alerts topic: committed alerts in, bulk requests, templates and dead letters out."""
