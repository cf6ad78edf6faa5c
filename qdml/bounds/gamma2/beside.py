"""What stands beside gamma_2^alpha of a matrix: its rank and its discrepancy, both exact.

disc(A) = min over P of max over rectangles |sum P_ij A_ij|, P a distribution on the promise.
A rectangle has gamma_2 = 1, so that a dual triple for gamma_2^infinity with bound b, read as P,
gives disc(A) <= 1/b. The cut norm is at least a quarter of the norm from l_infinity to l_1, and
that by Grothendieck's inequality at least gamma_2^*/K, so that an upper bound B gives
disc(A) >= 1/(4 K B) (Linial and Shraibman 2009), with K < 1.7823 (Krivine 1979).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpz_mat

from qdml.bounds.certificates import check
from qdml.bounds.certificates.matrices import sign_matrix
from qdml.bounds.gamma2 import dense
from qdml.errors import SolveError

#: A rational above Grothendieck's constant.
GROTHENDIECK = Fraction(17823, 10000)

#: The rank modulo a large prime is that over the rationals, but for rare accidents.
_PRIME = 2**31 - 1


@dataclass(frozen=True)
class Beside:
    """Rank and discrepancy; the certificates are for `qdml.bounds.certificates.check`.

    `rank` is that over the rationals, None for a partial matrix. The upper bound on the discrepancy
    is proved by `discrepancy_certificate`, a certificate of gamma_2^infinity.
    """

    rank: int | None
    rank_certificate: dict[str, Any] | None
    discrepancy_at_most: Fraction
    discrepancy_at_least: Fraction
    discrepancy_certificate: dict[str, Any]


def beside(name: Any) -> Beside:
    """Rank and discrepancy of a matrix, named as `dense.find` wants it, which tells the errors."""
    found = dense.find(name, None)
    low, high = check(found.certificate).bound, found.primal
    if low is None or high is None:
        raise SolveError("discrepancy: a certificate is rejected; report this matrix")
    signs = sign_matrix(name)
    rank, record = None, None
    if all(all(row) for row in signs):
        rank = int(fmpz_mat(signs).rank())
        record = {"kind": "rank-mod-p", "matrix": name, "prime": _PRIME, "bound": 0}
        record["bound"] = int(check(record).bound or 0)
    return Beside(rank, record, 1 / low, 1 / (4 * GROTHENDIECK * high), found.certificate)
