"""The spatial domain of GridCall: knows no HTTP, no folium and no request."""
