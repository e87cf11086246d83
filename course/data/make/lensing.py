"""Strong gravitational lensing by one galaxy: where the light that arrives at an angle θ set out, β = θ − α(θ)."""

import numpy as np


def deflection(
    x: np.ndarray, y: np.ndarray, einstein_radius: float, axis_ratio: float, angle: float
) -> tuple[np.ndarray, np.ndarray]:
    """Deflection by a singular isothermal ellipsoid at the origin.

    R. Kormann, P. Schneider & M. Bartelmann 1994, Astronomy and Astrophysics 284, 285, equation 27.

    Parameters
    ----------
    x, y : ndarrays of one shape
        Positions on the sky in arcseconds.
    einstein_radius : float
        In arcseconds, more than 0: of the ring that a round lens of the same mass would make.
    axis_ratio : float
        Short over long axis of the lens's mass, more than 0 and less than 1.
    angle : float
        Of the long axis against x, in radians.

    Returns
    -------
    alpha_x, alpha_y : ndarrays of the shape of x
        In arcseconds.
    """
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    radius = np.maximum(np.hypot(along, across), 1e-9)
    flattening = np.sqrt(1 - axis_ratio**2)
    scale = einstein_radius * np.sqrt(axis_ratio) / flattening
    alpha_along = scale * np.arcsin(flattening * along / radius)
    alpha_across = scale * np.arcsinh(flattening / axis_ratio * across / radius)
    return (
        alpha_along * np.cos(angle) - alpha_across * np.sin(angle),
        alpha_along * np.sin(angle) + alpha_across * np.cos(angle),
    )


def shear(x: np.ndarray, y: np.ndarray, strength: float, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Deflection by the tides of everything else nearby, a constant shear of the given strength and direction."""
    gamma_1, gamma_2 = strength * np.cos(2 * angle), strength * np.sin(2 * angle)
    return gamma_1 * x + gamma_2 * y, gamma_2 * x - gamma_1 * y
