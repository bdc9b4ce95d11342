"""The geometry kernel: coordinates, traverse, datum, areas, atomic faces; our face over shapely and pyproj."""
