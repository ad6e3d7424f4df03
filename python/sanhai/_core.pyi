"""
Compiled core of sanhai. Private: use the functions of the sanhai package.
"""

from __future__ import annotations

import collections.abc
import enum
import typing

import numpy
import numpy.typing

class Projection:
    """
    Stocks and flows of a run; arrays are read-only views of it.
    """
    @property
    def balance(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year) relative residual of the accounting identity
        """
    @property
    def births(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year, order, age of mother) births
        """
    @property
    def births_by_sex(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year, sex) births
        """
    @property
    def deaths(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year, sex, age at the end of the year) deaths
        """
    @property
    def migration_cut(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year) persons of out-migration cut
        """
    @property
    def net_migration(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year, sex, age) persons
        """
    @property
    def pop_jan1(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year + 1, sex, age) persons
        """

class Calibration:
    """
    Scales and residuals that make the engine meet published figures.
    """
    @property
    def births_fitted(self) -> list[bool]:
        """
        by year
        """
    @property
    def deaths_fitted(self) -> list[bool]:
        """
        by year
        """
    @property
    def fertility_scale(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) on the prior asfr
        """
    @property
    def iterations(self) -> int:
        """
        passes until nothing was missed
        """
    @property
    def mortality_scale(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) on the prior mx
        """
    @property
    def pop_fitted(self) -> list[bool]:
        """
        by year
        """
    @property
    def projection(self) -> Projection:
        """
        the fitted years
        """
    @property
    def residual(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year) net migrants
        """

class SupportClass(enum.Enum):
    """
    How a payment counts in the response.
    """

    cash = 0
    fee = 1
    housing = 4
    insured = 5
    leave = 3
    tax = 2

class ResponseParameters:
    """
    One draw of the response, or the point values.
    """
    def __init__(self) -> None: ...
    def validate(self) -> None: ...
    @property
    def H(self) -> float:
        """
        half-life of the fading part [years]
        """
    @H.setter
    def H(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def T(self) -> float:
        """
        build-up time [years]
        """
    @T.setter
    def T(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def eps(self) -> float:
        """
        elasticity of births to the cost of a child
        """
    @eps.setter
    def eps(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def gamma(self) -> float:
        """
        ln M per 10 points of places per child
        """
    @gamma.setter
    def gamma(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def k(self) -> typing.Annotated[list[float], "FixedSize(3)"]:
        """
        eps_i = eps k_i, by order
        """
    @k.setter
    def k(
        self,
        arg0: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(3)"],
    ) -> None: ...
    @property
    def onset(self) -> float:
        """
        years from a change to the first births
        """
    @onset.setter
    def onset(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def repayment(self) -> list[float]:
        """
        shares of moved births by years later
        """
    @repayment.setter
    def repayment(self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None: ...
    @property
    def rho(self) -> float:
        """
        parents' discount rate
        """
    @rho.setter
    def rho(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def sigma(self) -> typing.Annotated[list[float], "FixedSize(6)"]:
        """
        weight by support class
        """
    @sigma.setter
    def sigma(
        self,
        arg0: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(6)"],
    ) -> None: ...
    @property
    def take_up(self) -> float:
        """
        share of the entitled who claim
        """
    @take_up.setter
    def take_up(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def tau(self) -> float:
        """
        share of extra births that are only moved
        """
    @tau.setter
    def tau(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def w(self) -> float:
        """
        share of the effect that lasts
        """
    @w.setter
    def w(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...

class HeadStock(enum.Enum):
    """
    What a payment rule counts.
    """

    births_and_jan1 = 0
    given = 3
    jan1 = 1
    midyear = 2

class Line:
    """
    One payment rule.
    """
    def __init__(
        self,
        id: str,
        stock: HeadStock,
        yuan_per_head: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        take_up: typing.SupportsFloat | typing.SupportsIndex,
        payer_share: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        ratio: typing.Any = None,
        given: typing.Any = None,
    ) -> None: ...
    @property
    def id(self) -> str: ...

class Observed:
    """
    Stocks and births the ledger reads.
    """
    def __init__(
        self,
        places: collections.abc.Sequence[str],
        first_year: typing.SupportsInt | typing.SupportsIndex,
        pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        births: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        order_share_history: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> None: ...
    def committed_tail(
        self, lines: collections.abc.Sequence[Line], born_before: typing.SupportsInt | typing.SupportsIndex
    ) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (line, place, year) bill of children born before a year [yuan]
        """
    def school_terms(
        self, from_autumn: typing.SupportsInt | typing.SupportsIndex = 2025
    ) -> tuple[numpy.ndarray[typing.Any, numpy.dtype[typing.Any]], numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]]:
        """
        (spring, autumn) children in the free last preschool year, by place and year
        """

class NurseryPlan(enum.Enum):
    """
    How the stock of places moves.
    """

    given = 2
    hold_norm = 1
    none = 0

class NurserySettings:
    """
    Levers by (place or 1, year or 1); left out means unknown.
    """

    plan: NurseryPlan
    def __init__(self) -> None: ...
    @property
    def class_share(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]: ...
    @class_share.setter
    def class_share(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def closure_rate(self) -> float: ...
    @closure_rate.setter
    def closure_rate(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def enrolment_share(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]: ...
    @enrolment_share.setter
    def enrolment_share(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def first_paid_year(self) -> int: ...
    @first_paid_year.setter
    def first_paid_year(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def gross_openings(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]: ...
    @gross_openings.setter
    def gross_openings(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def inclusive_share(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]: ...
    @inclusive_share.setter
    def inclusive_share(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def last_paid_year(self) -> int: ...
    @last_paid_year.setter
    def last_paid_year(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def norm(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]: ...
    @norm.setter
    def norm(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def opening_stock(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]: ...
    @opening_stock.setter
    def opening_stock(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def paid_vintages_from(self) -> int: ...
    @paid_vintages_from.setter
    def paid_vintages_from(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def plan_from(self) -> int: ...
    @plan_from.setter
    def plan_from(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def plan_to(self) -> int: ...
    @plan_to.setter
    def plan_to(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def target_utilisation(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]: ...
    @target_utilisation.setter
    def target_utilisation(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def utilisation(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]: ...
    @utilisation.setter
    def utilisation(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def want_share(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]: ...
    @want_share.setter
    def want_share(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...

class NurseryAccount:
    """
    Places by year, for each place and for sums of places.
    """
    def arrays(self) -> dict[str, numpy.typing.NDArray[numpy.float64]]:
        """
        by name, (place, year)
        """
    def sum(
        self, members: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]
    ) -> dict[str, numpy.typing.NDArray[numpy.float64]]:
        """
        the one place made of these rows, (1, year)
        """

def Sx_from_mx(
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Survivorship by age of arrival from death rates (..., sex, age) [1/year].
    """

def affordable_amount(
    theta: typing.SupportsFloat | typing.SupportsIndex,
    revenue: typing.SupportsFloat | typing.SupportsIndex,
    local_share: typing.SupportsFloat | typing.SupportsIndex,
    births: typing.SupportsFloat | typing.SupportsIndex,
    paid_years: typing.SupportsFloat | typing.SupportsIndex,
    take_up: typing.SupportsFloat | typing.SupportsIndex,
) -> float:
    """
    Amount per child-year that costs a share theta of revenue [yuan].
    """

def book(
    observed: Observed,
    lines: collections.abc.Sequence[Line],
    inflation: typing.SupportsFloat | typing.SupportsIndex,
    price_year: typing.SupportsInt | typing.SupportsIndex,
    discount: typing.SupportsFloat | typing.SupportsIndex,
    base_year: typing.SupportsInt | typing.SupportsIndex,
    n_payers: typing.SupportsInt | typing.SupportsIndex,
) -> dict[str, numpy.typing.NDArray[numpy.float64]]:
    """
    Books every line: beneficiaries, cost by payer, real, present value.
    """

def build_info() -> dict[str, typing.Any]:
    """
    How this module was built: compiler, flags, versions of pybind11, Eigen and Boost, instruction sets of the kernels (empty where there is none).
    """

def calendar_allowance(
    first_year: typing.SupportsInt | typing.SupportsIndex,
    n_years: typing.SupportsInt | typing.SupportsIndex,
    rate: typing.SupportsFloat | typing.SupportsIndex,
    from_year: typing.SupportsInt | typing.SupportsIndex,
    prorated_mean: typing.SupportsFloat | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    (1, year, order, 4) yuan per head for births and ages 0, 1, 2 on 1 January.
    """

def calibrate(
    places: collections.abc.Sequence[str],
    first_year: typing.SupportsInt | typing.SupportsIndex,
    pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    asfr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    order_share: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    srb: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    migration_pattern: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    births: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    cbr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    deaths: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    cdr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    pop_end: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    residual: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    census_ratio: bool,
) -> Calibration:
    """
    See sanhai::engine::Group; NaN means not published.
    """

def care_multiplier(
    gamma: typing.SupportsFloat | typing.SupportsIndex,
    change_in_10_points: typing.SupportsFloat | typing.SupportsIndex,
    employment_ratio: typing.SupportsFloat | typing.SupportsIndex,
) -> float:
    """
    exp(gamma x change in tenths of a place per child x employment ratio)
    """

def e0_from_mx(
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Life expectancy at birth [years] from death rates (..., sex, age).
    """

def exp(
    x: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Exponential, the same bits everywhere.
    """

def growth_from_leslie(
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    asfr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    srb: typing.SupportsFloat | typing.SupportsIndex,
) -> float:
    """
    Log of the dominant eigenvalue of the Leslie matrix [1/year].
    """

def growth_from_lotka(
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    asfr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    srb: typing.SupportsFloat | typing.SupportsIndex,
) -> float:
    """
    Lotka's r for the step of this engine [1/year].
    """

def life_table(
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], female: bool, widths: typing.Any = None
) -> dict[str, numpy.typing.NDArray[numpy.float64]]:
    """
    Columns of a life table, radix 1; single years unless widths are given.
    """

def ln_order_multiplier(
    s: typing.SupportsFloat | typing.SupportsIndex,
    s_base: typing.SupportsFloat | typing.SupportsIndex,
    eps_i: typing.SupportsFloat | typing.SupportsIndex,
) -> float:
    """
    ln M of one order; exactly 0 when s == s_base.
    """

def log(
    x: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Natural logarithm, the same bits everywhere.
    """

def mac_from_asfr(asfr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> float:
    """
    Mean age at childbearing [years] from births per woman by single age from 0.
    """

def median_age(pop: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> float:
    """
    Median age [years] of a stock by single age.
    """

def migration_pattern(
    first: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    last: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    survival: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    n_ages: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Census cohort-survival pattern, sum 1.
    """

def multiplied_asfr(
    asfr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    multiplier: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    (place, year, order, age) births per woman with a multiplier on the hazard of each order.
    """

def multipliers(
    first_year: typing.SupportsInt | typing.SupportsIndex,
    n_years: typing.SupportsInt | typing.SupportsIndex,
    dates: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex],
    steps: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    parameters: ResponseParameters,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    (year, order) multipliers on the hazards.
    """

def november_to_january(
    november: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    A stock on 1 November moved to the next 1 January.
    """

def nursery_account(
    places: collections.abc.Sequence[str],
    first_year: typing.SupportsInt | typing.SupportsIndex,
    pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    settings: NurserySettings,
) -> NurseryAccount:
    """
    The account of nursery places.
    """

def present_value(
    payments: collections.abc.Sequence[
        tuple[typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex]
    ],
    rho: typing.SupportsFloat | typing.SupportsIndex,
) -> float:
    """
    Value at birth [yuan] of (years after birth, yuan) payments.
    """

def project(
    places: collections.abc.Sequence[str],
    first_year: typing.SupportsInt | typing.SupportsIndex,
    pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    asfr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    srb: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    net_migration: typing.Any = None,
    multiplier: typing.Any = None,
    cohort_factor: typing.Any = None,
    migration_even: bool = False,
    cap_negative: bool = False,
    age_width: typing.SupportsInt | typing.SupportsIndex = 1,
) -> Projection:
    """
    Cohort-component projection; see sanhai::engine::InputArrays for shapes and units.
    """

def reverse_survived(
    pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Single-year pattern on 1 November, three years and two months earlier.
    """

def shift_mx_to_e0(
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    e0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Death rates with one log shift a schedule so that life expectancy is met.
    """

def single_years(
    counts: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    lower: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
    pattern: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Group counts spread over single years by a pattern.
    """

def support_of_birth(
    instruments: collections.abc.Sequence[
        tuple[SupportClass, typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex]
    ],
    parameters: ResponseParameters,
) -> float:
    """
    Weighted support of a birth [yuan] from (class, reach, present value).
    """

def support_share(
    support: typing.SupportsFloat | typing.SupportsIndex, cost_of_child: typing.SupportsFloat | typing.SupportsIndex
) -> tuple[float, bool]:
    """
    (s, whether it was capped at 0.95)
    """

def tax_relief(
    marginal_rate: typing.SupportsFloat | typing.SupportsIndex,
    deduction_per_year: typing.SupportsFloat | typing.SupportsIndex = 24000.0,
) -> float:
    """
    Relief per child and year [yuan].
    """

def tempo_ledger(
    places: collections.abc.Sequence[str],
    first_year: typing.SupportsInt | typing.SupportsIndex,
    base: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    gross: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    parameters: ResponseParameters,
) -> dict[str, numpy.typing.NDArray[numpy.float64]]:
    """
    Cohort factors that take the moved births back; arrays by (place, year, order, age).
    """

def timing_weight(
    x_start: typing.SupportsFloat | typing.SupportsIndex,
    onset: typing.SupportsFloat | typing.SupportsIndex,
    T: typing.SupportsFloat | typing.SupportsIndex,
    H: typing.SupportsFloat | typing.SupportsIndex,
    w: typing.SupportsFloat | typing.SupportsIndex,
) -> float:
    """
    Mean of phi psi over the year that starts x_start years after a change.
    """

def top_up(
    local: typing.SupportsFloat | typing.SupportsIndex,
    floor: typing.SupportsFloat | typing.SupportsIndex,
    rule: str = "max",
) -> float:
    """
    The local layer above a floor [same unit].
    """
