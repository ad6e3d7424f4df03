"""
Compiled core of sanhai. Private: use the functions of the sanhai package.
"""

from __future__ import annotations

import collections.abc
import enum
import typing

import numpy
import numpy.typing

class LeeCarter:
    """
    ln m = a + b k, one k for both sexes.
    """
    @property
    def a(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (sex, age) mean of ln m
        """
    @property
    def b(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (sex, age); sums to 1 over ages, averaged over sexes
        """
    @property
    def drift(self) -> float:
        """
        of k, a year
        """
    @property
    def k(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (time)
        """
    @property
    def step_sd(self) -> float:
        """
        of k's steps about the drift, a year
        """
    @property
    def variance_share(self) -> float:
        """
        of the first singular value
        """

class CensusWomen:
    """
    What a census row says of a place's women; women by 15-19 .. 60-64.
    """
    def __init__(
        self,
        place: str,
        women: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        women_15plus: typing.SupportsFloat | typing.SupportsIndex,
        never_married_share: typing.SupportsFloat | typing.SupportsIndex,
        ceb: typing.SupportsFloat | typing.SupportsIndex,
    ) -> None: ...

class PlaceFit:
    """
    A place's two hazard factors and what the census day shows of them.
    """
    @property
    def fitted(self) -> tuple[float, float]:
        """
        the same of the fitted stock
        """
    @property
    def k(self) -> tuple[float, float]:
        """
        (k1, k2)
        """
    @property
    def target(self) -> tuple[float, float]:
        """
        (children ever born, childless) asked for, women 15-64
        """

class ParityStock:
    """
    Women by parity on a 1 January, per woman of each age 10..64.
    """
    def __init__(
        self,
        shares: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        births_3plus: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> None:
        """
        shares (age 10..64, parity 0, 1, 2, 3+), births of order 3+ so far (age 10..64)
        """
    @property
    def births_3plus(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (age 10..64) births of order 3+ so far, per woman
        """
    @property
    def shares(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (age 10..64, parity 0, 1, 2, 3+)
        """

class ParityFertility:
    """
    Fertility of a place and where its women stand.
    """
    def __init__(self) -> None: ...
    @property
    def asfr(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, age 0..) births per woman, all orders
        """
    @asfr.setter
    def asfr(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def k(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (3) factors on orders 1, 2, 3+; only their ratios matter
        """
    @k.setter
    def k(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def relative(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year|1, order, age 10..64) hazards of an order against another
        """
    @relative.setter
    def relative(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def start(self) -> ParityStock:
        """
        women by parity on 1 January of the first year
        """
    @start.setter
    def start(self, arg0: ParityStock) -> None: ...

class ParityParameters:
    """
    Hazards of orders 2 and 3+ against order 1.
    """
    def __init__(self) -> None: ...
    @property
    def knots(self) -> list[int]:
        """
        rising calendar years of log_b2 and log_b3
        """
    @knots.setter
    def knots(self, arg1: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None: ...
    @property
    def log_b2(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (knot) ln of order 2's multiplier
        """
    @log_b2.setter
    def log_b2(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def log_b3(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (knot) ln of order 3+'s multiplier
        """
    @log_b3.setter
    def log_b3(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def q2(self) -> float:
        """
        curvature over age, order 2
        """
    @q2.setter
    def q2(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def q3(self) -> float:
        """
        curvature over age, order 3+
        """
    @q3.setter
    def q3(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def s2_early(self) -> float:
        """
        slope over age to 2010, order 2
        """
    @s2_early.setter
    def s2_early(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def s2_late(self) -> float:
        """
        slope over age from 2017, order 2
        """
    @s2_late.setter
    def s2_late(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def s3_early(self) -> float:
        """
        slope over age to 2010, order 3+
        """
    @s3_early.setter
    def s3_early(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def s3_late(self) -> float:
        """
        slope over age from 2017, order 3+
        """
    @s3_late.setter
    def s3_late(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...

class ParityNation:
    """
    Women by parity of a nation, rebuilt year by year.
    """
    def __init__(
        self,
        first_year: typing.SupportsInt | typing.SupportsIndex,
        asfr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        women: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        parameters: ParityParameters,
    ) -> None:
        """
        asfr and mid-year women (year, age 10..64)
        """
    def fit_place(
        self, nation: CensusWomen, place: CensusWomen, year: typing.SupportsInt | typing.SupportsIndex = 2020
    ) -> PlaceFit:
        """
        hazard factors of a place from the census of 1 November
        """
    def measure(
        self,
        measure: str,
        year: typing.SupportsInt | typing.SupportsIndex,
        order: typing.SupportsInt | typing.SupportsIndex = 0,
        age: typing.SupportsInt | typing.SupportsIndex = 0,
    ) -> float:
        """
        the model's value of a published figure
        """
    def place_stock(
        self,
        k1: typing.SupportsFloat | typing.SupportsIndex,
        k2: typing.SupportsFloat | typing.SupportsIndex,
        year: typing.SupportsInt | typing.SupportsIndex,
    ) -> ParityStock:
        """
        women by parity of a place on 1 January
        """
    def ppr(
        self, year: typing.SupportsInt | typing.SupportsIndex
    ) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        p0, p1, p2 of the period
        """
    def relative_with(
        self,
        year: typing.SupportsInt | typing.SupportsIndex,
        log_b2: typing.SupportsFloat | typing.SupportsIndex,
        log_b3: typing.SupportsFloat | typing.SupportsIndex,
    ) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (order, age 10..64) with given multipliers
        """
    def shares(
        self, year: typing.SupportsInt | typing.SupportsIndex
    ) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (age 10..64, parity) on 1 January
        """
    def update_year(
        self,
        year: typing.SupportsInt | typing.SupportsIndex,
        stock: ParityStock,
        asfr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        women: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        published: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> tuple[float, float]:
        """
        (ln b2, ln b3) with which this stock and these totals (age 10..64) give the published birth orders (3)
        """

class ParityPath:
    """
    Births by order and women by parity of a place, year by year, per woman.
    """
    def gross(self, multiplier: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> ParityPath:
        """
        The same hazards x (year, order) multipliers, from the same start.
        """
    @property
    def asfr_order(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, order, age 0..) births of the order per woman
        """
    @property
    def births_3plus(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year + 1, age 10..64) births of order 3+ so far
        """
    @property
    def ppr(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, 3) p0, p1, p2; NaN where nobody reaches the parity
        """
    @property
    def shares(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year + 1, age 10..64, parity) on 1 January
        """

class Axes:
    """
    Labels of rows: what an index means to a reader.
    """
    def __init__(
        self,
        places: collections.abc.Sequence[str],
        first_year: typing.SupportsInt | typing.SupportsIndex,
        n_years: typing.SupportsInt | typing.SupportsIndex,
        n_ages: typing.SupportsInt | typing.SupportsIndex,
        age_width: typing.SupportsInt | typing.SupportsIndex = 1,
    ) -> None: ...
    @property
    def age_width(self) -> int:
        """
        years in an age group and in a period
        """
    @property
    def first_year(self) -> int:
        """
        calendar year of the first period
        """
    @property
    def n_ages(self) -> int:
        """
        age groups, the open one included
        """
    @property
    def n_years(self) -> int:
        """
        periods
        """
    @property
    def places(self) -> list[str]:
        """
        codes
        """

class MortalitySchedule:
    """
    Median mortality of one or many places.
    """
    def __init__(self, **kwargs: typing.Any) -> None:
        """
        Sx, or mx (and a0); b where mortality is drawn.
        """
    @property
    def Sx(self) -> typing.Any:
        """
        (year, sex, age of arrival) survivorship ratios
        """
    @Sx.setter
    def Sx(self, arg1: typing.Any) -> None: ...
    @property
    def a0(self) -> typing.Any:
        """
        (year, sex) years lived in the first by infants who die; 0.5
        """
    @a0.setter
    def a0(self, arg1: typing.Any) -> None: ...
    @property
    def b(self) -> typing.Any:
        """
        (sex, age) change of ln m for a k of 1
        """
    @b.setter
    def b(self, arg1: typing.Any) -> None: ...
    @property
    def half_width(self) -> typing.Any:
        """
        (year) half-width of k's polynomial interval
        """
    @half_width.setter
    def half_width(self, arg1: typing.Any) -> None: ...
    @property
    def mx(self) -> typing.Any:
        """
        (year, sex, age) deaths per person-year
        """
    @mx.setter
    def mx(self, arg1: typing.Any) -> None: ...

class FertilitySchedule:
    """
    Median fertility of one or many places.
    """
    def __init__(self, **kwargs: typing.Any) -> None:
        """
        asfr and srb.
        """
    @property
    def asfr(self) -> typing.Any:
        """
        (year, order, age) births per woman and year
        """
    @asfr.setter
    def asfr(self, arg1: typing.Any) -> None: ...
    @property
    def srb(self) -> typing.Any:
        """
        (year) boys per girl
        """
    @srb.setter
    def srb(self, arg1: typing.Any) -> None: ...

class PlaceInputs:
    """
    One place; schedules are shared by index.
    """
    def __init__(self, **kwargs: typing.Any) -> None:
        """
        pop_jan1; net_migration, leaving_rate and pattern where people move.
        """
    @property
    def fertility(self) -> int:
        """
        index of a schedule
        """
    @fertility.setter
    def fertility(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def leaving_rate(self) -> typing.Any:
        """
        (year|1, sex, age) share of survivors who leave
        """
    @leaving_rate.setter
    def leaving_rate(self, arg1: typing.Any) -> None: ...
    @property
    def mortality(self) -> int:
        """
        index of a schedule
        """
    @mortality.setter
    def mortality(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def net_migration(self) -> typing.Any:
        """
        (year|1, sex, age) persons at the year's end
        """
    @net_migration.setter
    def net_migration(self, arg1: typing.Any) -> None: ...
    @property
    def pattern(self) -> typing.Any:
        """
        (year|1, sex, age) persons that a shock of 1 adds
        """
    @pattern.setter
    def pattern(self, arg1: typing.Any) -> None: ...
    @property
    def pop_jan1(self) -> typing.Any:
        """
        (sex, age) persons
        """
    @pop_jan1.setter
    def pop_jan1(self, arg1: typing.Any) -> None: ...

class EnsembleInputs:
    """
    Places, their schedules and the sums wanted of them.
    """
    def __init__(
        self,
        axes: Axes,
        mortality: collections.abc.Sequence[MortalitySchedule],
        fertility: collections.abc.Sequence[FertilitySchedule],
        places: collections.abc.Sequence[PlaceInputs],
        sums: collections.abc.Sequence[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]] = [],
        cap: bool = False,
    ) -> None:
        """
        sums: each a list of different places by index; cap: cut out-migration that would empty a cell.
        """
    @property
    def axes(self) -> Axes: ...
    @property
    def cap(self) -> bool: ...
    @property
    def sums(self) -> list[list[int]]: ...

class RunOptions:
    """
    How many draws, which, how, and what is kept of them.
    """
    def __init__(self, **kwargs: typing.Any) -> None:
        """
        Any of the attributes.
        """
    @property
    def ages_of(self) -> list[int]:
        """
        rows (places, then sums) whose every cell is kept
        """
    @ages_of.setter
    def ages_of(self, arg0: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None: ...
    @property
    def batch(self) -> int:
        """
        draws that a thread takes at a time
        """
    @batch.setter
    def batch(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def budget_bytes(self) -> int:
        """
        a run that would hold more is refused
        """
    @budget_bytes.setter
    def budget_bytes(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def first_draw(self) -> int:
        """
        number of the first draw
        """
    @first_draw.setter
    def first_draw(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def indicators(self) -> list[str]:
        """
        names of indicator_table(); empty: all
        """
    @indicators.setter
    def indicators(self, arg1: collections.abc.Sequence[str]) -> None: ...
    @property
    def isa(self) -> str:
        """
        instruction set; empty: the best of this processor
        """
    @isa.setter
    def isa(self, arg1: str) -> None: ...
    @property
    def keep(self) -> str:
        """
        quantiles, or draws (and quantiles)
        """
    @keep.setter
    def keep(self, arg1: str) -> None: ...
    @property
    def n_draws(self) -> int: ...
    @n_draws.setter
    def n_draws(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def probabilities(self) -> list[float]:
        """
        of the quantiles; may be empty where draws are kept
        """
    @probabilities.setter
    def probabilities(self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None: ...
    @property
    def progress(
        self,
    ) -> collections.abc.Callable[
        [typing.SupportsInt | typing.SupportsIndex, typing.SupportsInt | typing.SupportsIndex], None
    ]:
        """
        called about every 50 ms with the trajectories done and in all
        """
    @progress.setter
    def progress(self, arg0: collections.abc.Callable[[int, int], None]) -> None: ...
    @property
    def threads(self) -> int: ...
    @threads.setter
    def threads(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...

class ProjectionInputs:
    """
    What a projection needs; see sanhai::engine::InputArrays.
    """

    axes: Axes
    def __init__(self, **kwargs: typing.Any) -> None:
        """
        axes, pop_jan1, Sx, asfr and srb; the others where they apply.
        """
    @property
    def Sx(self) -> typing.Any:
        """
        (place|1, year, sex, age of arrival) survivorship ratios
        """
    @Sx.setter
    def Sx(self, arg1: typing.Any) -> None: ...
    @property
    def asfr(self) -> typing.Any:
        """
        (place|1, year, order, age) births per woman and year
        """
    @asfr.setter
    def asfr(self, arg1: typing.Any) -> None: ...
    @property
    def cap(self) -> bool:
        """
        cut out-migration that would empty a cell
        """
    @cap.setter
    def cap(self, arg1: bool) -> None: ...
    @property
    def cohort_factor(self) -> typing.Any:
        """
        (place, year, order, age at the start)
        """
    @cohort_factor.setter
    def cohort_factor(self, arg1: typing.Any) -> None: ...
    @property
    def leaving_rate(self) -> typing.Any:
        """
        (place, year, sex, age) share of survivors leaving
        """
    @leaving_rate.setter
    def leaving_rate(self, arg1: typing.Any) -> None: ...
    @property
    def migration_even(self) -> bool:
        """
        half of the migrants join before survival, half after the infants
        """
    @migration_even.setter
    def migration_even(self, arg1: bool) -> None: ...
    @property
    def multiplier(self) -> typing.Any:
        """
        (place, year, order) on the hazard
        """
    @multiplier.setter
    def multiplier(self, arg1: typing.Any) -> None: ...
    @property
    def net_migration(self) -> typing.Any:
        """
        (place, year, sex, age at the end) persons
        """
    @net_migration.setter
    def net_migration(self, arg1: typing.Any) -> None: ...
    @property
    def pop_jan1(self) -> typing.Any:
        """
        (place, sex, age) persons
        """
    @pop_jan1.setter
    def pop_jan1(self, arg1: typing.Any) -> None: ...
    @property
    def srb(self) -> typing.Any:
        """
        (place|1, year) boys per girl
        """
    @srb.setter
    def srb(self, arg1: typing.Any) -> None: ...

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

class PoolRates:
    """
    Rates of exchange through pools; see sanhai::engine::PoolRates.
    """
    def __init__(self, **kwargs: typing.Any) -> None:
        """
        pools, pool_of, out_rate, in_share; pool_out_rate and pool_in_share where pools are open.
        """
    @property
    def in_share(self) -> typing.Any:
        """
        (place, year|1, sex, age) of its pool's arrivals
        """
    @in_share.setter
    def in_share(self, arg1: typing.Any) -> None: ...
    @property
    def out_rate(self) -> typing.Any:
        """
        (place, year|1, sex, age) leaving for their pool
        """
    @out_rate.setter
    def out_rate(self, arg1: typing.Any) -> None: ...
    @property
    def pool_in_share(self) -> typing.Any:
        """
        (pool, year|1, sex, age) of the nation's arrivals
        """
    @pool_in_share.setter
    def pool_in_share(self, arg1: typing.Any) -> None: ...
    @property
    def pool_of(self) -> list[int]:
        """
        (place) index of its pool
        """
    @pool_of.setter
    def pool_of(self, arg0: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None: ...
    @property
    def pool_out_rate(self) -> typing.Any:
        """
        (pool, year|1, sex, age) leaving for the nation
        """
    @pool_out_rate.setter
    def pool_out_rate(self, arg1: typing.Any) -> None: ...
    @property
    def pools(self) -> list[str]:
        """
        names
        """
    @pools.setter
    def pools(self, arg0: collections.abc.Sequence[str]) -> None: ...

class OriginDestinationRates:
    """
    Rates of exchange between pairs of places.
    """
    def __init__(self, **kwargs: typing.Any) -> None:
        """
        rate.
        """
    @property
    def rate(self) -> typing.Any:
        """
        (origin, destination, year|1, sex, age)
        """
    @rate.setter
    def rate(self, arg1: typing.Any) -> None: ...

class Exchange:
    """
    Checked rates of exchange between the places of a run.
    """
    @typing.overload
    def __init__(self, axes: Axes, rates: PoolRates) -> None: ...
    @typing.overload
    def __init__(self, axes: Axes, rates: OriginDestinationRates) -> None: ...
    @property
    def axes(self) -> Axes: ...

class CalibrationGroup:
    """
    A parent that publishes figures and the leaves whose sum it is.
    """
    def __init__(self) -> None: ...
    @property
    def asfr(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year, age) prior births per woman
        """
    @asfr.setter
    def asfr(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def births(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) of the whole group; NaN: not published
        """
    @births.setter
    def births(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def cbr(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) births per person, where counts are not published
        """
    @cbr.setter
    def cbr(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def cdr(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) deaths per person, where counts are not published
        """
    @cdr.setter
    def cdr(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def census_ratio(self) -> bool:
        """
        the prior level holds in the year before the first
        """
    @census_ratio.setter
    def census_ratio(self, arg0: bool) -> None: ...
    @property
    def deaths(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) of the whole group; NaN: not published
        """
    @deaths.setter
    def deaths(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def first_year(self) -> int:
        """
        the first fitted year
        """
    @first_year.setter
    def first_year(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def migration_pattern(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, sex, age) sum 1 for each leaf
        """
    @migration_pattern.setter
    def migration_pattern(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def mx(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, sex, age) prior death rates
        """
    @mx.setter
    def mx(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def net_migration(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year, sex, age) given migrants beside the residual; empty: none
        """
    @net_migration.setter
    def net_migration(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def order_share(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, order) shares of births, sum 1
        """
    @order_share.setter
    def order_share(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def places(self) -> list[str]:
        """
        codes of the leaves
        """
    @places.setter
    def places(self, arg1: collections.abc.Sequence[str]) -> None: ...
    @property
    def pop_end(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) persons at the year's end; NaN: not published
        """
    @pop_end.setter
    def pop_end(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def pop_jan1(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, sex, age) persons on 1 January of the first year
        """
    @pop_jan1.setter
    def pop_jan1(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def residual(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) net migrants where no later total is published
        """
    @residual.setter
    def residual(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def srb(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) boys per girl
        """
    @srb.setter
    def srb(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...

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

class CountryCounts:
    """
    What two censuses counted in the leaves of a nation.
    """
    def __init__(self) -> None: ...
    @property
    def area(self) -> list[int]:
        """
        of each leaf: its row of `earlier`
        """
    @area.setter
    def area(self, arg0: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None: ...
    @property
    def children(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (age) living children under five per woman of the nation
        """
    @children.setter
    def children(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def counts(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, sex, 19) persons
        """
    @counts.setter
    def counts(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def earlier(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (area, sex, 19) persons ten years before
        """
    @earlier.setter
    def earlier(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def earlier_deaths(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (area) of 12 months; NaN: unknown
        """
    @earlier_deaths.setter
    def earlier_deaths(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def expected_mx(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (sex, 18) the nation's at the earlier census
        """
    @expected_mx.setter
    def expected_mx(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def parent(self) -> list[int]:
        """
        of each leaf
        """
    @parent.setter
    def parent(self, arg0: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None: ...
    @property
    def pattern(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (sex, age) the nation's people on the later census day
        """
    @pattern.setter
    def pattern(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def province(self) -> list[int]:
        """
        of each leaf
        """
    @province.setter
    def province(self, arg0: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None: ...

class LeafFactors:
    """
    How leaves differ from those around them.
    """
    def __init__(self) -> None: ...
    @property
    def fertility(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf) r
        """
    @property
    def gain(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, sex, 14) persons that came in a year
        """
    @property
    def loss(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, sex, 14) share that left in a year
        """
    @property
    def mortality(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf) d
        """

class CountryNation:
    """
    A nation run on its own, fitted years first.
    """
    def __init__(self) -> None: ...
    @property
    def asfr(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, age) births per woman
        """
    @asfr.setter
    def asfr(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def births(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year)
        """
    @births.setter
    def births(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def deaths(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (fitted year) published
        """
    @deaths.setter
    def deaths(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def first_year(self) -> int:
        """
        the first fitted year
        """
    @first_year.setter
    def first_year(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def mx(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, sex, age) 1/year
        """
    @mx.setter
    def mx(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def pop_end(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (fitted year) published, people of the leaves only
        """
    @pop_end.setter
    def pop_end(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def pop_jan1(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year + 1, sex, age) persons
        """
    @pop_jan1.setter
    def pop_jan1(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def srb(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year) boys per girl
        """
    @srb.setter
    def srb(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...

class CountryGroups:
    """
    Areas with figures of their own; leaves are of the innermost.
    """
    def __init__(self) -> None: ...
    @property
    def births(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (group, fitted year); NaN: not published
        """
    @births.setter
    def births(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def cbr(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (group, fitted year) births per person
        """
    @cbr.setter
    def cbr(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def cdr(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (group, fitted year) deaths per person
        """
    @cdr.setter
    def cdr(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def codes(self) -> list[str]: ...
    @codes.setter
    def codes(self, arg0: collections.abc.Sequence[str]) -> None: ...
    @property
    def deaths(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (group, fitted year); NaN: not published
        """
    @deaths.setter
    def deaths(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def of_leaf(self) -> list[int]:
        """
        of each leaf
        """
    @of_leaf.setter
    def of_leaf(self, arg0: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None: ...
    @property
    def parent(self) -> list[int]:
        """
        of each group; its own row for a province
        """
    @parent.setter
    def parent(self, arg0: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None: ...
    @property
    def pop_end(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (group, fitted year) persons; NaN: not published
        """
    @pop_end.setter
    def pop_end(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...

class CountryInputs:
    """
    A nation, its groups and its leaves.
    """
    def __init__(
        self,
        nation: CountryNation,
        groups: CountryGroups,
        factors: LeafFactors,
        pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> None: ...
    @property
    def groups(self) -> CountryGroups:
        """
        as given
        """
    @property
    def nation(self) -> CountryNation:
        """
        as given
        """
    @property
    def pop_jan1(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, sex, age) persons on the first 1 January
        """

class CountryFit:
    """
    Factors of groups, the pool of movers, and sums by leaf.
    """
    @property
    def births(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year)
        """
    @property
    def births_factor(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year after the fitted ones) b
        """
    @property
    def deaths(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year)
        """
    @property
    def fertility(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (group, fitted year) h
        """
    @property
    def log_fertility(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, 3) of the nation, its province, itself
        """
    @property
    def mortality(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (group, fitted year) m
        """
    @property
    def net(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (group, fitted year) T of the leaves in no group inside it
        """
    @property
    def net_migration(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year)
        """
    @property
    def passes(self) -> int: ...
    @property
    def pool(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, sex, age) q
        """
    @property
    def pop(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year + 1) persons on 1 January
        """
    @property
    def pull(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (group, fitted year) y
        """
    @property
    def worst_miss(self) -> float:
        """
        relative, of a published figure
        """

class CountryRates:
    """
    Rates of some leaves.
    """
    @property
    def arrivals(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year, sex, age) persons
        """
    @property
    def fertility(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year) on the nation's fertility
        """
    @property
    def leaving_rate(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year, sex, age) share of survivors
        """
    @property
    def mortality(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, year) on the nation's death rates
        """
    @property
    def pattern(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (leaf, sex, age) of all who come or go, sum 1
        """

class RakeAxes:
    """
    What the cells of leaves and parent are called.
    """
    def __init__(
        self,
        first_year: typing.SupportsInt | typing.SupportsIndex | None,
        lower: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
        has_draws: bool,
    ) -> None:
        """
        lower: first age of each group of the parent
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
    def __init__(self, id: str, stock: HeadStock) -> None: ...
    @property
    def given(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year) counts, for HeadStock.given alone
        """
    @given.setter
    def given(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def id(self) -> str: ...
    @property
    def payer_share(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place|1, year, payer), sum 1
        """
    @payer_share.setter
    def payer_share(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def ratio(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place|1, year|1, cell) registered / resident; empty: 1
        """
    @ratio.setter
    def ratio(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def stock(self) -> HeadStock: ...
    @property
    def take_up(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year|1) share of the entitled who claim
        """
    @take_up.setter
    def take_up(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def yuan_per_head(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place|1, year, order, cell) yuan a year; `given`: (place|1, year, 1, 1)
        """
    @yuan_per_head.setter
    def yuan_per_head(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...

class Observed:
    """
    Stocks and births the ledger reads, checked.
    """
    def __init__(
        self,
        places: collections.abc.Sequence[str],
        first_year: typing.SupportsInt | typing.SupportsIndex,
        pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        births: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        order_share_history: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> None:
        """
        pop_jan1 (place, year + 1, sex, age), births (place, year, order), order_share_history (place|1, years before the first, order)
        """
    def committed_tail(
        self, lines: collections.abc.Sequence[Line], born_before: typing.SupportsInt | typing.SupportsIndex
    ) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (line, place, year) bill of children born before a year [yuan]
        """

class NurserySettings:
    """
    Levers by (place or 1, year or 1); left out means unknown.
    """
    def __init__(self) -> None: ...
    @property
    def class_share(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place|1, 3) of enrolment by month class, sum 1
        """
    @class_share.setter
    def class_share(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def enrolment_share(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        enrolled / children under three
        """
    @enrolment_share.setter
    def enrolment_share(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def kindergarten(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year) of these, in kindergartens, for children aged 2 alone
        """
    @kindergarten.setter
    def kindergarten(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def max_utilisation(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        most of the places that are ever used
        """
    @max_utilisation.setter
    def max_utilisation(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def norm(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        places per resident
        """
    @norm.setter
    def norm(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def places(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year) open at the year's end; NaN: unknown
        """
    @places.setter
    def places(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def target_utilisation(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        enrolled / places of a full service
        """
    @target_utilisation.setter
    def target_utilisation(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def want_share(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        families who want a place
        """
    @want_share.setter
    def want_share(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...

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

class RandomComponents:
    """
    Parameters of the random components of demography.
    """
    def __init__(self) -> None: ...
    @property
    def first_random_year(self) -> int: ...
    @first_random_year.setter
    def first_random_year(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def first_year(self) -> int: ...
    @first_year.setter
    def first_year(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def k_start_sd(self) -> float: ...
    @k_start_sd.setter
    def k_start_sd(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def k_step_sd(self) -> float: ...
    @k_step_sd.setter
    def k_step_sd(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def kinds(self) -> dict[str, typing.Annotated[list[float], "FixedSize(3)"]]:
        """
        by kind of place the yearly steps (sd) of its factors of fertility, mortality and net migration
        """
    @kinds.setter
    def kinds(
        self,
        arg1: collections.abc.Mapping[
            str, typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(3)"]
        ],
    ) -> None: ...
    @property
    def migration_phi(self) -> float: ...
    @migration_phi.setter
    def migration_phi(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def n_years(self) -> int: ...
    @n_years.setter
    def n_years(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def on(self) -> int:
        """
        bits of `component_bits`
        """
    @on.setter
    def on(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def place_fertility_bound(self) -> float: ...
    @place_fertility_bound.setter
    def place_fertility_bound(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def place_fertility_phi(self) -> float: ...
    @place_fertility_phi.setter
    def place_fertility_phi(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def place_mortality_phi(self) -> float: ...
    @place_mortality_phi.setter
    def place_mortality_phi(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def seed(self) -> int: ...
    @seed.setter
    def seed(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def tfr_bound(self) -> float: ...
    @tfr_bound.setter
    def tfr_bound(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def tfr_phi(self) -> float: ...
    @tfr_phi.setter
    def tfr_phi(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def tfr_start_sd(self) -> float: ...
    @tfr_start_sd.setter
    def tfr_start_sd(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def tfr_step_sd(self) -> float: ...
    @tfr_step_sd.setter
    def tfr_step_sd(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None: ...

class PlaceLink:
    """
    A place that others lie in, or a place itself: factors they share.
    """
    def __init__(
        self,
        code: str,
        kind: str,
        first: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"] = [
            0,
            0,
            0,
        ],
    ) -> None:
        """
        kind: province, city or county. first: years from which fertility, mortality and migration vary; 0: as all.
        """

class RandomPlace:
    """
    What is random about one place.
    """
    def __init__(
        self,
        code: str,
        chain: collections.abc.Sequence[PlaceLink] = [],
        first: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(3)"] = [
            0,
            0,
            0,
        ],
        migration_sd: typing.SupportsFloat | typing.SupportsIndex = 0.003,
    ) -> None:
        """
        chain: downwards, itself last. first: of what all places share. migration_sd: where the chain is empty.
        """

class PathMaker:
    """
    Where the random paths of a run come from.
    """

class DemographicPaths(PathMaker):
    """
    Random paths of demography for places.
    """
    def __init__(self, components: RandomComponents, places: collections.abc.Sequence[RandomPlace]) -> None: ...
    def fertility_factor(
        self,
        place: typing.SupportsInt | typing.SupportsIndex,
        first_draw: typing.SupportsInt | typing.SupportsIndex,
        n_draws: typing.SupportsInt | typing.SupportsIndex,
    ) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, draw)
        """
    def n_bounded(
        self, first_draw: typing.SupportsInt | typing.SupportsIndex, n_draws: typing.SupportsInt | typing.SupportsIndex
    ) -> int:
        """
        draws and years in which a bound on fertility held a path back
        """

class Indicator:
    """
    A row of the table of indicators.
    """
    @property
    def is_stock(self) -> bool:
        """
        on 1 January, with one more year than flows
        """
    @property
    def name(self) -> str:
        """
        as in Ensemble.indicators
        """
    @property
    def of_sum(self) -> str:
        """
        added: a sum adds its parts'; own: from the sum's own numerator and denominator
        """
    @property
    def order(self) -> str:
        """
        1, 2, 3+ or empty
        """
    @property
    def sex(self) -> str:
        """
        male, female or empty
        """
    @property
    def unit(self) -> str: ...
    @property
    def variable(self) -> str:
        """
        of a result, which it is or is a part of; empty: of none
        """

class Ensemble:
    """
    What a run leaves. Rows are places, then sums; arrays are read-only views, empty when not asked for.
    """
    @property
    def Sx(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (kept row, draw, year, sex, age of arrival) survivorship its people met
        """
    @property
    def arrivals(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (kept row, draw, year, sex, age at the end) persons
        """
    @property
    def axes(self) -> Axes: ...
    @property
    def balance(self) -> float:
        """
        largest relative residual; NaN where a part was not asked for
        """
    @property
    def births(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (kept row, draw, year, order, age of mother)
        """
    @property
    def births_by_sex(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (kept row, draw, year, sex)
        """
    @property
    def deaths(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (kept row, draw, year, sex, age at the end)
        """
    @property
    def draws(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (row, indicator, year + 1, draw); flows end in NaN
        """
    @property
    def first_draw(self) -> int: ...
    @property
    def indicators(self) -> list[str]: ...
    @property
    def isa(self) -> str: ...
    @property
    def kept_rows(self) -> list[int]:
        """
        axis 0 of the cells
        """
    @property
    def leavers(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (kept row, draw, year, sex, age at the end) persons
        """
    @property
    def n_draws(self) -> int: ...
    @property
    def n_rows(self) -> int: ...
    @property
    def net_migration(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (kept row, draw, year, sex, age at the end) persons
        """
    @property
    def pop_jan1(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (kept row, draw, year + 1, sex, age) persons
        """
    @property
    def probabilities(self) -> list[float]: ...
    @property
    def quantiles(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (row, indicator, year + 1, probability); flows end in NaN
        """
    @property
    def women_exposed(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (kept row, draw, year, age) woman-years
        """

class EnsembleRunner:
    """
    Checked inputs of a run, run any number of times.
    """
    def __init__(self, inputs: EnsembleInputs, mortality: str = "polynomial", exchange: Exchange | None = None) -> None:
        """
        mortality: shared, polynomial or exact; exchange: whoever leaves one place arrives in another.
        """
    def run(self, paths: PathMaker, options: RunOptions) -> Ensemble:
        """
        Runs draws options.first_draw .. first_draw + n_draws - 1; one draw of paths without components is the point run.
        """

class PolicySupport:
    """
    What births of a place meet on both sides, date by date.
    """
    def __init__(self) -> None: ...
    @property
    def care(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (date) tenths of a place per child; empty: off
        """
    @care.setter
    def care(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...
    @property
    def cost_of_child(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (side, date) yuan
        """
    @cost_of_child.setter
    def cost_of_child(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def date(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        rising decimal years; empty: no policy
        """
    @date.setter
    def date(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def desired(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (3) progressions nobody goes beyond
        """
    @desired.setter
    def desired(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def point_take_up(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (date|1) share of the entitled, inside the cash support; NaN: the same in every draw
        """
    @point_take_up.setter
    def point_take_up(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def present_value(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (side, date, order, class) yuan, reach applied
        """
    @present_value.setter
    def present_value(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def progression(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (3) of the baseline; NaN: no ceiling
        """
    @progression.setter
    def progression(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...

class PolicyPlace:
    """
    One place under one scenario.
    """
    def __init__(self, fertility: ParityFertility, support: PolicySupport) -> None: ...

class PolicyPaths(PathMaker):
    """
    Random paths of demography and of the response to cost.
    """
    def __init__(
        self,
        demography: DemographicPaths,
        places: collections.abc.Sequence[PolicyPlace],
        point: ResponseParameters,
        fixed: typing.SupportsInt | typing.SupportsIndex = 0,
    ) -> None:
        """
        places in the order of demography's; fixed: bits of the parameters that every draw takes from `point`
        """
    def multipliers(
        self, place: typing.SupportsInt | typing.SupportsIndex, draw: typing.SupportsInt | typing.SupportsIndex
    ) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (year, order) multipliers on the hazards of a draw
        """
    def n_capped(
        self,
        place: typing.SupportsInt | typing.SupportsIndex,
        first_draw: typing.SupportsInt | typing.SupportsIndex,
        n_draws: typing.SupportsInt | typing.SupportsIndex,
    ) -> int:
        """
        draws in which some support was cut at 95 % of the cost of a child
        """
    def take_up(self, draw: typing.SupportsInt | typing.SupportsIndex) -> float:
        """
        share of the entitled who claim in a draw
        """

class DrawnCount(enum.Enum):
    """
    What a line counts in a draw.
    """

    enrolled = 1
    fixed = 0
    used = 2

class AccountLine:
    """
    A payment rule and how a draw counts for it.
    """

    count: DrawnCount
    def __init__(self, line: Line) -> None: ...
    @property
    def has_drawn_take_up(self) -> list[bool]:
        """
        (year) the draw's take-up in place of the line's; empty: in no year
        """
    @has_drawn_take_up.setter
    def has_drawn_take_up(self, arg0: collections.abc.Sequence[bool]) -> None: ...
    @property
    def used(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place, year, 2) nursery places: those in kindergartens, all others
        """
    @used.setter
    def used(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None) -> None: ...

class AccountInputs:
    """
    What the draws of an ensemble are booked by.
    """
    def __init__(self) -> None: ...
    @property
    def lines(self) -> list[AccountLine]: ...
    @lines.setter
    def lines(self, arg0: collections.abc.Sequence[AccountLine]) -> None: ...
    @property
    def n_payers(self) -> int: ...
    @n_payers.setter
    def n_payers(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def nursery(self) -> NurserySettings:
        """
        settings of places, which are the same in every draw
        """
    @nursery.setter
    def nursery(self, arg0: NurserySettings) -> None: ...
    @property
    def order_share_history(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (place|1, years before the first, order)
        """
    @order_share_history.setter
    def order_share_history(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def rows(self) -> list[list[int]]:
        """
        members (places) of each row; a row's figures are their sum
        """
    @rows.setter
    def rows(
        self, arg0: collections.abc.Sequence[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]]
    ) -> None: ...
    @property
    def take_up(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (draw) of lines with a drawn one; empty: the lines' own
        """
    @take_up.setter
    def take_up(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...

class Accounts:
    """
    Money and places of every draw; arrays are read-only views of it.
    """
    @property
    def beneficiaries(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (line, row, year, draw)
        """
    @property
    def cost(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (pair, row, year, draw) nominal yuan
        """
    @property
    def full_liability(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (line, row, year, draw) yuan at take-up 1
        """
    @property
    def nursery(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (series, row, year, draw); NaN where a figure is unknown
        """
    @property
    def pairs(self) -> list[tuple[int, int]]:
        """
        (line, payer) of the first axis of cost: those with a share anywhere
        """

class GivenPaths(PathMaker):
    """
    Paths of every place, given; for the benchmark.
    """
    def __init__(
        self,
        fertility: typing.Any = None,
        k: typing.Any = None,
        shock: typing.Any = None,
        rates: typing.Any = None,
        first_age: typing.SupportsInt | typing.SupportsIndex = 1,
    ) -> None:
        """
        arrays (year, draw); rates (year, order, age from first_age) in place of a schedule
        """

class KernelLoop:
    """
    The kernel alone over the first place, one thread, in memory made before.
    """
    def __init__(
        self,
        inputs: EnsembleInputs,
        paths: GivenPaths,
        n_draws: typing.SupportsInt | typing.SupportsIndex,
        indicators: collections.abc.Sequence[str],
        isa: str = "",
    ) -> None: ...
    def draws(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        (indicator, year + 1, draw), draws filled up to a multiple of eight
        """
    def run(self) -> None: ...

def Sx_from_mx(
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Survivorship by age of arrival from death rates (..., sex, age) [1/year].
    """

def asfr_from_age5(
    tfr: typing.SupportsFloat | typing.SupportsIndex,
    pasfr: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    shape: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None = None,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Births per woman by age 10..64 from shares of five-year groups 10-14..50-54, with a shape inside or a cubic.
    """

def asfr_gamma(
    tfr: typing.SupportsFloat | typing.SupportsIndex,
    mac: typing.SupportsFloat | typing.SupportsIndex,
    sd: typing.SupportsFloat | typing.SupportsIndex,
    n_ages: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Births per woman by single age: a gamma density of mean mac and standard deviation sd [years].
    """

def bench_isas() -> list[str]:
    """
    Instruction sets that this build holds and this processor runs, slowest first.
    """

def bench_peak(isa: str = "") -> float:
    """
    Multiplications and additions a second that one thread can do, not fused, on an instruction set; best of 25.
    """

def book(
    observed: Observed, lines: collections.abc.Sequence[Line], n_payers: typing.SupportsInt | typing.SupportsIndex
) -> dict[str, numpy.typing.NDArray[numpy.float64]]:
    """
    Books every line in yuan of the year: beneficiaries, full liability, cost by payer.
    """

def book_draws(
    ensemble: Ensemble, inputs: AccountInputs, threads: typing.SupportsInt | typing.SupportsIndex = 1
) -> Accounts:
    """
    Money and places of every draw, by row.
    """

def build_info() -> dict[str, typing.Any]:
    """
    How this module was built: compiler, flags, versions of pybind11, Eigen and Boost, instruction sets of the kernels (empty where there is none).
    """

def calibrate(group: CalibrationGroup) -> Calibration:
    """
    Solves mortality, fertility and residual migration of every fitted year at once.
    """

def close_open_age(
    count: typing.SupportsFloat | typing.SupportsIndex,
    before: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    age: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    The open age's people by single age: life table times the growth of the ten ages before it.
    """

def component_bits() -> dict[str, int]:
    """
    Bits of the random components by name.
    """

def country_rates(
    country: CountryInputs,
    fit: CountryFit,
    leaves: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
    n_years: typing.SupportsInt | typing.SupportsIndex,
) -> CountryRates:
    """
    See sanhai::engine::country_rates.
    """

def country_start(
    counts: CountryCounts,
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    factor: typing.SupportsFloat | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    (leaf, sex, age) persons; see sanhai::engine::country_start.
    """

def default_components() -> list[str]:
    """
    Names of the random components that are on unless others are named.
    """

def desired_of_place(
    desired_nation: typing.SupportsFloat | typing.SupportsIndex,
    p_place: typing.SupportsFloat | typing.SupportsIndex,
    p_nation: typing.SupportsFloat | typing.SupportsIndex,
) -> float:
    """
    A place's desired progression: odds(D) x odds(p_place) / odds(p_nation).
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

def fit_country(country: CountryInputs) -> CountryFit:
    """
    See sanhai::engine::fit_country.
    """

def fit_lee_carter(
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    years: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> LeeCarter:
    """
    Fits (time, sex, age) death rates by singular values.
    """

def indicator_table() -> list[Indicator]:
    """
    Every indicator that a run can keep.
    """

def kannisto(
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], from_age: typing.SupportsInt | typing.SupportsIndex
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Death rates (age) [1/year] with those from an age on replaced by Kannisto's model.
    """

def leaf_factors(counts: CountryCounts) -> LeafFactors:
    """
    See sanhai::engine::leaf_factors.
    """

def life_table(
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    female: bool,
    widths: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None = None,
) -> dict[str, numpy.typing.NDArray[numpy.float64]]:
    """
    Columns of a life table, radix 1; single years unless widths are given.
    """

def log(
    x: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Natural logarithm, the same bits everywhere.
    """

def migration_pattern(
    first: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    last: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    survival: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    n_ages: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Census cohort-survival pattern (sex, age), sum 1, from counts and survivorship (sex, 18 groups 0-4 .. 85+).
    """

def moved_on(
    stock: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    d: typing.SupportsFloat | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    A stock (sex, age) moved d years on, 0 <= d < 1, by Sx (sex, age).
    """

def mx_from_qx(
    qx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], female: bool
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Death rates [1/year] of closed single ages from probabilities of dying.
    """

def november_to_january(
    november: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    A stock (sex, age) on 1 November moved to the next 1 January by Sx (sex, age).
    """

def nursery_account(
    places: collections.abc.Sequence[str],
    first_year: typing.SupportsInt | typing.SupportsIndex,
    pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    settings: NurserySettings,
) -> NurseryAccount:
    """
    The account of nursery places from pop_jan1 (place, year + 1, sex, age).
    """

def nursery_series() -> list[str]:
    """
    names of the nursery arrays
    """

def parity_path(fertility: ParityFertility, first_year: typing.SupportsInt | typing.SupportsIndex) -> ParityPath:
    """
    Splits births per woman by order so that the orders sum to them.
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

def project(inputs: ProjectionInputs) -> Projection:
    """
    Cohort-component projection of one run, every cell kept.
    """

def rake(
    axes: RakeAxes,
    what: str,
    leaves: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    parent: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> dict[str, numpy.typing.NDArray[numpy.float64]]:
    """
    leaves (leaf, draw, year, row, age), parent (draw, year, row|1, group); see sanhai::engine::rake. Returns leaves and factor (draw, year, row|1, group).
    """

def rake_births_and_stock(
    axes: RakeAxes,
    pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    births: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    parent_pop: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    parent_births: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> dict[str, numpy.typing.NDArray[numpy.float64]]:
    """
    pop_jan1 (leaf, draw, year + 1, sex, age), births (leaf, draw, year, sex), parent_pop (draw, year + 1, sex|1, group), parent_births (draw, year); see sanhai::engine::rake_births_and_stock.
    """

def reverse_survived(
    pop_jan1: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    Sx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Single-year pattern (sex, age) on 1 November, three years and two months before pop_jan1 (sex, age); Sx (3 years, sex, age).
    """

def rogers_castro(
    n_ages: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Shares of migrants by single age, the fundamental parameters of Rogers & Castro.
    """

def shift_mx_to_e0(
    mx: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    e0: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Death rates (..., sex, age) with one log shift a schedule so that life expectancy e0 (..., sex) is met.
    """

def single_age_b(
    b: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    lower: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    n_ages: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    b of age groups spread over single ages.
    """

def single_years(
    counts: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    lower: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
    pattern: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Counts (sex, group) spread over single years by a pattern (sex, age); lower: first age of each group.
    """

def sprague(
    counts: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    Single years from closed five-year groups by Sprague's multipliers.
    """

def women_from_anchors(
    base_women: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    base_year: typing.SupportsInt | typing.SupportsIndex,
    anchor_years: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
    women: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    first_year: typing.SupportsInt | typing.SupportsIndex,
    n_years: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
    """
    (year, age 10..64) mid-year women from women (anchor year, 11 groups 10-14..60-64) and base_women (age 0..)
    """
