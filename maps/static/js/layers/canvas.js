// A canvas that is drawn anew only when the view leaves what is drawn on it: a smaller pan moves it with the map and
// costs nothing, however many polygons it holds. Leaflet's own draws every path again at the end of every move.

const PADDING = 0.4; // of the view's size, drawn beyond each of its sides

const StillCanvas = window.L.Canvas.extend({
  getEvents() {
    return { ...window.L.Canvas.prototype.getEvents.call(this), moveend: this._onMoveEnd };
  },

  _update() {
    window.L.Canvas.prototype._update.call(this);
    this._drawnFor = this._map.getSize();
  },

  // A reset (another zoom, another origin) does not come this way: it draws.
  _onMoveEnd() {
    const size = this._map.getSize();
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    const holds = this._zoom === this._map.getZoom() && this._drawnFor?.equals(size) && this._bounds.contains(window.L.bounds(corner, corner.add(size)));
    if (!holds) this._update();
  },
});

export function stillCanvas(pane) {
  return new StillCanvas({ pane, padding: PADDING });
}
