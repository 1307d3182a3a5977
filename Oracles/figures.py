"""Values from scikit-image for Tests/FiguresTests/Fixtures/image-comparison.json.

python3 -m venv /tmp/v && /tmp/v/bin/pip install scikit-image
/tmp/v/bin/python Oracles/figures.py
"""

import datetime
import json
import pathlib

import numpy as np
import skimage
from skimage.metrics import peak_signal_noise_ratio, structural_similarity


def pair(width, height, step):
    """Two gray pictures by whole-number formulas that the test repeats."""
    y, x = np.mgrid[0:height, 0:width]
    a = (x * 7 + y * 13 + (x * y) % 31 * 5) % 256
    b = np.clip(a + (x * 17 + y * 29) % 41 * step // 4 - 20 * step // 4, 0, 255)
    return a.astype(np.uint8), b.astype(np.uint8)


cases = []
for width, height, step in [(48, 40, 1), (48, 40, 4), (64, 33, 12), (11, 11, 4)]:
    a, b = pair(width, height, step)
    cases.append(
        {
            "width": width,
            "height": height,
            "step": step,
            "ssim": structural_similarity(
                a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
            ),
            "psnr": peak_signal_noise_ratio(a, b, data_range=255),
            "meanAbsoluteError": float(np.abs(a.astype(int) - b.astype(int)).mean()),
        }
    )

out = pathlib.Path(__file__).parents[1] / "Tests/FiguresTests/Fixtures/image-comparison.json"
out.write_text(
    json.dumps(
        {
            "provenance": {
                "packages": {"scikit-image": skimage.__version__, "numpy": np.__version__},
                "command": "python Oracles/figures.py",
                "date": datetime.date.today().isoformat(),
            },
            "cases": cases,
        },
        indent=2,
    )
    + "\n"
)
