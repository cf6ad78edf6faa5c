"""The network against its definition, node by node."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from qdml.errors import InputError
from qdml.graphs.sign import ACTIVATIONS, Sign, hop_features, scores


def network(activation: str = "quadratic", hops: int = 2, seed: int = 0, **more) -> Sign:
    rng = np.random.default_rng(seed)
    features, hidden, classes = 3, 4, 2
    return Sign(
        operator="sum",
        weights=rng.normal(size=(hops + 1, features, hidden)),
        bias=rng.normal(size=hidden),
        readout=rng.normal(size=(hidden, classes)),
        offset=rng.normal(size=classes),
        activation=activation,
        q=(0.3, -0.7, 1.1),
        **more,
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_node_by_node(activation: str) -> None:
    model, rng = network(activation), np.random.default_rng(1)
    op, features = rng.normal(size=(5, 5)), rng.normal(size=(5, 3))
    found = scores(model, hop_features(op, features, model.hops))
    acts = {
        "quadratic": lambda z: 1.1 * z**2 - 0.7 * z + 0.3,
        "prelu": lambda z: z if z > 0 else 0.25 * z,
        "linear": lambda z: z,
    }
    for node in range(5):
        hidden = [
            sum(
                (np.linalg.matrix_power(op, r) @ features)[node] @ model.weights[r, :, j]
                for r in range(3)
            )
            + model.bias[j]
            for j in range(4)
        ]
        stated = sum(acts[activation](z) * model.readout[j] for j, z in enumerate(hidden))
        assert found[node] == pytest.approx(stated + model.offset)


def test_sparse_features_stay_sparse_and_mean_the_same() -> None:
    rng = np.random.default_rng(2)
    op, features = (
        csr_array(rng.integers(2, size=(6, 6)).astype(float)),
        rng.integers(2, size=(6, 3)),
    )
    dense = hop_features(op, features.astype(float), 2)
    sparse = hop_features(op, csr_array(features.astype(float)), 2)
    assert isinstance(sparse, csr_array)
    np.testing.assert_array_equal(sparse.toarray(), dense)
    np.testing.assert_allclose(scores(network(), sparse), scores(network(), dense))


def test_bad_input() -> None:
    model = network()
    with pytest.raises(InputError, match=r"activation 'relu': allowed .* \(nearest: 'prelu'\)"):
        network("relu")
    with pytest.raises(InputError, match=r"expected \(R\+1, F, J\), \(J,\), \(J, C\) and \(C,\)"):
        Sign("sum", model.weights, model.bias[:-1], model.readout, model.offset)
    with pytest.raises(InputError, match="-1 hops: expected 0 or more"):
        hop_features(np.eye(2), np.eye(2), -1)
    with pytest.raises(InputError, match="on 3 nodes"):
        hop_features(np.eye(2), np.ones((3, 1)), 1)
    with pytest.raises(InputError, match="2 hop features a node: the model expects 9, 3 for each"):
        scores(model, np.ones((4, 2)))
