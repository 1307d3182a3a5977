"""Arrays as NumPy writes them: Tests/NeuralNetworksTests/Fixtures/npy. The Swift test knows their values: x[i, j] = (3 i + j) · scale + shift."""

import json

import numpy as np

from fixtures import REPOSITORY, provenance

FOLDER = REPOSITORY / "Tests/NeuralNetworksTests/Fixtures/npy"
FOLDER.mkdir(parents=True, exist_ok=True)

counting = np.arange(6).reshape(2, 3)
for kind in ["<f2", "<f4", "<f8", "<i2", "<i4", "<i8", "|i1"]:
    np.save(FOLDER / f"{kind[1:]}.npy", (counting - 2.0).astype(kind))
for kind in ["|u1", "<u2", "<u4", "<u8"]:
    np.save(FOLDER / f"{kind[1:]}.npy", counting.astype(kind))
np.save(FOLDER / "b1.npy", counting > 2)
np.save(FOLDER / "scalar.npy", np.float32(2.5))
np.save(FOLDER / "vector.npy", np.array([1.5, -0.0, np.inf], dtype="<f4"))
np.save(FOLDER / "empty.npy", np.zeros((0, 4), "<f4"))
np.save(FOLDER / "fortran.npy", np.asfortranarray(np.arange(24).reshape(2, 3, 4).astype("<f4")))
for version in [(2, 0), (3, 0)]:
    with open(FOLDER / f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, (counting - 2.0).astype("<f4"), version=version)
# What Float32 cannot hold, and what is no array of numbers.
np.save(FOLDER / "too-long.npy", np.array([1, 2**24 + 1]))
np.save(FOLDER / "too-large.npy", np.array([1.0, 1e39]))
np.save(FOLDER / "big-endian.npy", np.array([1, 2], ">f4"))
np.save(FOLDER / "complex.npy", np.array([1j]))
np.save(FOLDER / "records.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
np.save(FOLDER / "text.npy", np.array(["ab"]))
(FOLDER / "provenance.json").write_text(json.dumps(provenance(), indent=1) + "\n")
