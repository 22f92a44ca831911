"""The studio: where editors look after the drafts, check them and publish."""
