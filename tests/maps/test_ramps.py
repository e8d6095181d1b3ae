"""The heat ramp: even steps of lightness, told apart with every common colour vision and in grey."""

import numpy as np
import pytest

from maps.ramps import CLASSES, sequential

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear sRGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(colours: tuple[str, ...]) -> np.ndarray:
    rgb = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear sRGB."""
    matrix = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = np.clip(rgb @ matrix.T, 0, None) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1
    )


def test_lightness_falls_in_even_steps():
    steps = -np.diff(lab(linear(sequential()))[:, 0])
    assert steps.min() > 8
    assert steps.max() / steps.min() < 1.35


@pytest.mark.parametrize("vision", DEFICIENCIES)
def test_neighbouring_classes_are_told_apart(vision):
    seen = lab(np.clip(linear(sequential()) @ DEFICIENCIES[vision].T, 0, 1))
    assert (-np.diff(seen[:, 0])).min() > 6, "the order must survive"
    distance = np.linalg.norm(seen[:, None] - seen[None, :], axis=2)[np.triu_indices(CLASSES, 1)]
    assert distance.min() > 11


def test_palest_class_is_not_the_land():
    pale, land = lab(linear((sequential()[0], "#f6f6f3")))
    assert np.linalg.norm(pale - land) > 20
