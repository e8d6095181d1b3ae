"""What people look at: the folium shell, pages, style and browser modules."""
