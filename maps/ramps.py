"""Colours of the heat layer: one sequential ramp whose lightness falls in even steps.

The ramp runs from pale yellow to dark red-brown in OKLab (Ottosson 2020): lightness and hue both change linearly, so
the order of the classes survives grey-scale printing and every common colour-vision deficiency. Zero has no colour.
"""

import math

LIGHTEST = 0.93
DARKEST = 0.36
HUE_FROM_DEG = 100.0
HUE_TO_DEG = 25.0
CHROMA = 0.125
CLASSES = 6


def _channel(linear: float) -> int:
    """Encode one linear sRGB channel (0 to 1) as 0 to 255."""
    clipped = min(max(linear, 0.0), 1.0)
    encoded = 12.92 * clipped if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055
    return round(encoded * 255)


def oklch_to_hex(lightness: float, chroma: float, hue_deg: float) -> str:
    """Return the sRGB colour ``#rrggbb`` of an OKLCh colour (lightness 0 to 1, hue in degrees)."""
    a = chroma * math.cos(math.radians(hue_deg))
    b = chroma * math.sin(math.radians(hue_deg))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return "#" + "".join(f"{_channel(value):02x}" for value in (red, green, blue))


def sequential(classes: int = CLASSES) -> tuple[str, ...]:
    """Return ``classes`` colours, palest first, evenly spaced in lightness."""
    steps = [index / (classes - 1) for index in range(classes)]
    return tuple(
        oklch_to_hex(
            LIGHTEST + (DARKEST - LIGHTEST) * step,
            # The palest and the darkest colour must stay inside sRGB, so chroma bows between them.
            CHROMA * (0.62 + 0.38 * math.sin(math.pi * step)) + 0.012 * step,
            HUE_FROM_DEG + (HUE_TO_DEG - HUE_FROM_DEG) * step,
        )
        for step in steps
    )


# Blue-white-red of even steps (ColorBrewer RdBu, safe for red-green blindness): unusually few to
# unusually many, at 99, 95 and 90 %. Nothing unusual has no colour.
BINS = {
    3: "#b2182b",
    2: "#ef8a62",
    1: "#fddbc7",
    -1: "#d1e5f0",
    -2: "#67a9cf",
    -3: "#2166ac",
}
# More or fewer, but no more so than chance does: pale beside every bin.
CHANCE = {1: "#f7ece4", -1: "#e8eef2"}
# What hotspots did over time, by code: new, growing, lasting, on and off, fading.
EMERGING = {1: "#7a0177", 2: "#b2182b", 3: "#ef8a62", 4: "#fed976", 5: "#9ecae1"}
