"""The linear model: gut, central, peripheral, and a metabolite formed from the parent.

    G' = -ka·G
    C' =  ka·G - (CL + Q)/V1·C + Q/V2·P
    P' =  Q/V1·C - Q/V2·P
    M' =  fm·ratio·CL/V1·C - CLm/Vm·M          (mg; ratio = molar mass of the metabolite over the parent's)

No first-pass metabolite. Levels in ng/mL are 1000·C/V1 and 1000·M/Vm. Assumes linear kinetics, oral doses, adults: whoever offers
parameters answers for their domain.
"""

import math
from dataclasses import dataclass, fields, replace

DIAZEPAM_G_PER_MOL, NORDIAZEPAM_G_PER_MOL = 284.74, 270.71
DIAZEPAM_TO_NORDIAZEPAM = NORDIAZEPAM_G_PER_MOL / DIAZEPAM_G_PER_MOL


class NotAModel(ValueError):
    """A parameter that no body can have; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Hours and litres. `fraction_to_metabolite` is molar. All finite and not negative; volumes that are divided by are above zero."""

    bioavailability: float
    lag_h: float
    absorption_per_h: float
    clearance_l_per_h: float
    central_l: float
    intercompartmental_l_per_h: float
    peripheral_l: float
    fraction_to_metabolite: float
    metabolite_clearance_l_per_h: float
    metabolite_volume_l: float
    mass_ratio: float = DIAZEPAM_TO_NORDIAZEPAM

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not math.isfinite(value) or value < 0:
                raise NotAModel(f"{one.name}: {value} is not a number of zero or more")
        for name in ("central_l", "metabolite_volume_l"):
            if getattr(self, name) == 0:
                raise NotAModel(f"{name}: a volume must be above zero")
        if self.intercompartmental_l_per_h > 0 and self.peripheral_l == 0:
            raise NotAModel("peripheral_l: a volume that exchanges with the centre must be above zero")
        if not all(math.isfinite(rate) for rate in self.rates):
            raise NotAModel("central_l, peripheral_l, metabolite_volume_l: so small a volume that a rate is not finite")

    def with_(self, **changed: float) -> "Parameters":
        """The same body with some parameters changed; raises NotAModel."""
        return replace(self, **changed)

    @property
    def rates(self) -> tuple[float, float, float, float, float, float]:
        """ka, CL/V1, Q/V1, Q/V2, fm·ratio·CL/V1, CLm/Vm: all per hour."""
        elimination = self.clearance_l_per_h / self.central_l
        exchange = self.intercompartmental_l_per_h
        return (
            self.absorption_per_h,
            elimination,
            exchange / self.central_l,
            exchange / self.peripheral_l if exchange else 0.0,
            self.fraction_to_metabolite * self.mass_ratio * elimination,
            self.metabolite_clearance_l_per_h / self.metabolite_volume_l,
        )
