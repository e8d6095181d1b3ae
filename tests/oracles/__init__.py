"""Reference libraries, asked about a layer of the sample city: `make oracles`."""
