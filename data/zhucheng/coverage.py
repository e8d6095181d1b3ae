"""Cutting the county into cells: seeds, bent Voronoi edges, and a coverage on the lattice."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import shapely
from scipy.spatial import Voronoi, cKDTree
from shapely import Polygon

from data.zhucheng.frame import LATTICE, FloatArray, on_lattice, to_degrees, to_metres
from data.zhucheng.terrain import land_points, outline, people_points

GRIDS = 1_690
_SAMPLES = 90_000
_PEOPLE_SHARE = 0.62
_LLOYD_STEPS = 14
_FAR_M = 400_000.0


def relaxed_seeds(rng: np.random.Generator) -> FloatArray:
    """Return seeds in metres, dense where people live, each near the middle of its cell."""
    people = int(_SAMPLES * _PEOPLE_SHARE)
    samples = np.concatenate([people_points(rng, people), land_points(rng, _SAMPLES - people)])
    seeds = samples[rng.choice(len(samples), GRIDS, replace=False)]
    for _ in range(_LLOYD_STEPS):
        owner = cKDTree(seeds).query(samples)[1]
        size = np.bincount(owner, minlength=GRIDS)
        for axis in (0, 1):
            total = np.bincount(owner, samples[:, axis], GRIDS)
            seeds[:, axis] = np.where(size > 0, total / np.maximum(size, 1), seeds[:, axis])
    return seeds[np.lexsort((seeds[:, 0], -seeds[:, 1]))]


def cut(seeds: FloatArray, rng: np.random.Generator) -> list[Polygon]:
    """Return one polygon a seed, in degrees: together a valid coverage of the outline.

    The bent edges are noded with the outline on the 1e-6 degree lattice (snap rounding), so that
    neighbours share every vertex; a face without a seed joins the neighbour with the longest
    common border.
    """
    lines = [shapely.linestrings(to_degrees(line)) for line in _bent_edges(seeds, rng)]
    noded = shapely.union_all([*lines, outline().boundary], grid_size=LATTICE)
    inside = outline().buffer(2 * LATTICE)
    faces = [
        shapely.transform(face, on_lattice)
        for face in shapely.get_parts(shapely.polygonize([*shapely.get_parts(noded)]))
        if inside.covers(face.representative_point())
    ]
    return _one_face_per_seed(faces, to_degrees(seeds))


def _bent_edges(seeds: FloatArray, rng: np.random.Generator) -> list[FloatArray]:
    corners = _FAR_M * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    diagram = Voronoi(np.concatenate([seeds, corners]))
    ends = [sorted(map(tuple, diagram.vertices[r])) for r in diagram.ridge_vertices if -1 not in r]
    # Qhull's order is its own affair; the bends must not depend on it.
    return [_bent(np.array(edge), rng) for edge in sorted(ends) if _near_county(np.array(edge))]


def _near_county(edge: FloatArray) -> bool:
    return bool(np.abs(edge).max() < 60_000 or outline().intersects(_line(edge)))


def _line(edge: FloatArray) -> shapely.LineString:
    return shapely.linestrings(to_degrees(edge))


def _bent(edge: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Bend an edge by displaced midpoints: field paths wind, streets in town hardly."""
    length = float(np.hypot(*(edge[1] - edge[0])))
    levels = 0 if length < 120 else 1 if length < 350 else 2 if length < 900 else 3
    points = edge
    for _ in range(levels):
        steps = np.diff(points, axis=0)
        normals = np.column_stack([-steps[:, 1], steps[:, 0]])
        bend = rng.uniform(-1, 1, len(steps)) * (0.05 if length < 350 else 0.11)
        middles = (points[:-1] + points[1:]) / 2 + normals * bend[:, None]
        merged = np.empty((len(points) + len(middles), 2))
        merged[0::2], merged[1::2] = points, middles
        points = merged
    return points


def _one_face_per_seed(faces: list[Polygon], seeds: FloatArray) -> list[Polygon]:
    tree = shapely.STRtree(faces)
    seed_rows, face_rows = tree.query(shapely.points(seeds), predicate="intersects")
    owner = {int(face): int(seed) for seed, face in zip(seed_rows, face_rows, strict=True)}
    if len(owner) != len(seeds) or len(set(owner.values())) != len(seeds):
        raise ValueError("a seed lies outside the county or shares its face")
    borders = shared_borders(faces)
    waiting = sorted(set(range(len(faces))) - set(owner))
    while waiting:
        still = []
        for face in waiting:
            known = [(length, -n) for n, length in borders[face].items() if n in owner]
            if known:
                owner[face] = owner[-max(known)[1]]
            else:
                still.append(face)
        waiting = still
    groups = defaultdict(list)
    for face, seed in owner.items():
        groups[seed].append(faces[face])
    return [_whole(groups[seed]) for seed in range(len(seeds))]


def _whole(parts: list[Polygon]) -> Polygon:
    joined = parts[0] if len(parts) == 1 else shapely.coverage_union_all(parts)
    return shapely.normalize(joined)


def shared_borders(cells: list[Polygon]) -> list[dict[int, float]]:
    """Return for each cell its neighbours and the length in metres of the border they share."""
    owners: dict[tuple[tuple[float, float], ...], list[int]] = defaultdict(list)
    for number, cell in enumerate(cells):
        for ring in (cell.exterior, *cell.interiors):
            for a, b in pairwise(ring.coords):
                owners[(a, b) if a < b else (b, a)].append(number)
    found: list[dict[int, float]] = [defaultdict(float) for _ in cells]
    for edge, pair in owners.items():
        if len(pair) == 2:
            length = float(np.hypot(*np.diff(to_metres(np.array(edge)), axis=0)[0]))
            found[pair[0]][pair[1]] += length
            found[pair[1]][pair[0]] += length
    return found
