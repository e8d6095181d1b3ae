"""The sample city and the loaders."""
