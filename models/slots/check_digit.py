"""Check digits: the last digit follows from the others, so that most numbers heard wrong are known to be wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """The digits' sum, each times its weight, is a multiple of `modulus`.

    `weights` begin with the first digit and begin again when they are used up: (3, 7, 1) and 10 for the routing numbers
    of American banks. Without weights it is Luhn's sum, that of payment cards (ISO/IEC 7812-1, annex B).
    """

    weights: tuple[int, ...] = ()
    modulus: int = 10

    def __post_init__(self) -> None:
        if self.modulus < 2:
            raise ValueError(f"a check digit's modulus of at least 2 expected, got {self.modulus}")
        if self.weights and not any(weight % self.modulus for weight in self.weights):
            raise ValueError(f"weights that count modulo {self.modulus} expected, got {self.weights}: any number fits")

    def fits(self, digits: str) -> bool:
        if not digits.isdecimal():
            return False
        if not self.weights:
            return luhn(digits)
        sums = (int(digit) * self.weights[at % len(self.weights)] for at, digit in enumerate(digits))
        return sum(sums) % self.modulus == 0


def luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return digits.isdecimal() and total % 10 == 0
