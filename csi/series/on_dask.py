"""Step 4 on Dask, for rows that outgrow the machine: the same functions per partition, the same report to the byte.

Rows are typed part by part into files, shuffled by their key, settled where they meet; tallies merge, and raw values
are shuffled by period where a quantile needs them all. Workers must reach the study's files and the scratch folder.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
from dask.delayed import delayed
from distributed import Client, KilledWorker, LocalCluster
from distributed.client import FutureCancelledError
from distributed.comm.core import CommClosedError

from csi.definition import KpiDefinition, SourceDefinition, StudyDefinition
from csi.errors import InvalidInput, InvalidInputs, key_of_source
from csi.measures import measure_of
from csi.series import partition
from csi.series.assembly import Gathered, assembled, source_counts
from csi.series.column_kinds import columns_needed
from csi.series.columns import link_of
from csi.series.found_units import with_found_units
from csi.series.ground import Ground, Time, over, time_of
from csi.series.links import pairs_of
from csi.series.overlapping import Spanned, prints_of, span_of
from csi.series.partition import GROUP, VALUE, Given, Settled, Spilled, Task, Wanted
from csi.series.pipeline import Made, axis_for, each, setting_of, sides_of, with_ratio
from csi.series.portion import Portion
from csi.series.processed import Processed
from csi.series.quarantine import quarantine_of
from csi.series.rows import SourceRows, shared_of
from csi.series.strata import joined, split
from csi.series.stray import End
from csi.series.unended import levels
from csi.terms import Period

WORKERS = 2
_PATIENCE = 20  # seconds for a scheduler to answer, and to have a worker; ours
_NOTHING = StudyDefinition(service="", timezone="UTC", period=Period.WEEK, sources={}, kpis={})


@contextmanager
def cluster(address: str = "", workers: int = WORKERS) -> Iterator[Client]:
    """A client of the scheduler at an address, or of a local cluster of processes.

    Raises:
        InvalidInput: nobody answers at the address, nobody works there, or not with the same packages; or the workers
            are lost before the work is done.
    """
    if address:
        with _client(address) as client:
            _check(client, address)
            with _alive(f"of the Dask scheduler at {address}"):
                yield client
        return
    local = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )
    with _ended(local), Client(local) as client, _alive("of the local cluster"):
        yield client


@contextmanager
def _ended(local: LocalCluster) -> Iterator[None]:
    """A cluster that is closed afterwards; a worker it was just beginning anew cannot be waited for, nor need it be."""
    try:
        yield
    finally:
        with suppress(AssertionError):
            local.close()


@contextmanager
def _alive(whose: str) -> Iterator[None]:
    """What the library says of workers that died, or that see other files, in our words.

    Raises:
        InvalidInput: the work could not be finished.
    """
    try:
        yield
    except KilledWorker as error:
        reason = f"the workers {whose} died several times over one part of the data, most often for lack of memory"
        raise InvalidInput("engine", f"{reason}; expected workers with more memory, or smaller files") from error
    except (CommClosedError, FutureCancelledError, TimeoutError) as error:
        reason = f"the workers {whose} cannot be reached any more; expected them to stay until the report is made"
        raise InvalidInput("engine", reason) from error
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        reason = f"the workers {whose} cannot read or write{place} ({error.strerror or error})"
        raise InvalidInput("engine", f"{reason}; expected the study's folder with room in it, seen by all") from error


def _client(address: str) -> Client:
    try:
        return Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        reason = f"no Dask scheduler answers at {address}; expected an address such as tcp://10.0.0.5:8786"
        raise InvalidInput("scheduler", reason) from error


def _check(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        reason = f"the Dask scheduler at {address} has no workers; expected at least one"
        raise InvalidInput("scheduler", reason) from error
    try:
        client.submit(columns_needed, _NOTHING, "", pure=False).result()
    except (RuntimeError, ImportError) as error:
        reason = f"the Dask scheduler at {address} or its workers cannot load csi; expected the same packages as here"
        raise InvalidInput("scheduler", reason) from error


def process_on_dask(study: StudyDefinition, tasks: Mapping[str, Sequence[Task]], scratch: Path, client: Client) -> Made:
    """Every KPI of a study over deliveries of any size.

    Args:
        study: the definition.
        tasks: per source its deliveries, in their order.
        scratch: a folder that the workers can write and read.
        client: of the scheduler.

    Raises:
        InvalidInputs: every delivery that cannot be read.
    """
    with dask.config.set({"dataframe.convert-string": False}):
        read = _read(study, tasks, scratch, client)
        study = with_found_units(study, {name: [one.found for one in every] for name, every in read.items()})
        parts = {name: _settled(study, name, read[name], client) for name in study.sources}
        linked = {name: _linked(study, name, parts, client) for name in study.sources}
        return _Whole(study, read, linked, client).made()


def _read(
    study: StudyDefinition, tasks: Mapping[str, Sequence[Task]], scratch: Path, client: Client
) -> dict[str, list[Spilled]]:
    """Every delivery in parts; those whose bytes were seen before are left aside (V3.2)."""
    futures: dict[str, list[Any]] = {}
    for name, every in tasks.items():
        folder = scratch / name
        folder.mkdir(parents=True)
        futures[name] = [
            client.submit(partition.spill, task, study, folder, batch, pure=False) for batch, task in enumerate(every)
        ]
    read = {name: client.gather(every) for name, every in futures.items()}
    if errors := list(_failures(study, tasks, read)):
        raise InvalidInputs(errors)
    return {name: partition.without_mended(_fresh(every)) for name, every in read.items()}


def _failures(
    study: StudyDefinition, tasks: Mapping[str, Sequence[Task]], read: Mapping[str, Sequence[Spilled]]
) -> Iterator[InvalidInput]:
    for name, every in read.items():
        for task, one in zip(tasks[name], every, strict=True):
            if one.failure:
                field, reason = one.failure
                key = key_of_source(name)
                yield InvalidInput(", ".join(part for part in (key, task.told, field) if part), reason, about=key)
        if not any(one.failure for one in every):
            yield from _without_rows(study.sources[name], every)


def _without_rows(source: SourceDefinition, every: Sequence[Spilled]) -> Iterator[InvalidInput]:
    try:
        partition.require_rows(source, [one.rows_read for one in every])
    except InvalidInput as error:
        key = key_of_source(source.id)
        yield InvalidInput(f"{key}, {error.field}", error.reason, about=key)


def _fresh(read: Sequence[Spilled]) -> list[Spilled]:
    seen: dict[str, Spilled] = {}
    for one in read:
        seen.setdefault(one.sha256, one)
    return list(seen.values())


def _settled(study: StudyDefinition, source: str, read: Sequence[Spilled], client: Client) -> list[Any]:
    """A future per partition of the source, its rows settled."""
    paths = [path for one in read for path in one.parts]
    # Deliveries are numbered among those that count, as in memory.
    numbers = {int(one.parts[0].name[:6]): number for number, one in enumerate(read) if one.parts}
    mended = {int(one.parts[0].name[:6]): sorted(one.mended) for one in read if one.parts and one.mended}
    meta = partition.columns_of_all(paths)
    rows = dd.from_map(_numbered, paths, numbers=numbers, mended=mended, like=meta, meta=meta)
    key = study.sources[source].key
    if key:
        rows = rows.shuffle(on=key, npartitions=rows.npartitions)
    order = next((one.order for one in read if one.order), "")
    further = partition.further_of_all(study, source, read)
    settled = delayed(partition.settled, pure=False)
    made = [settled(frame, study, source, order, further) for frame in rows.to_delayed()]
    return list(client.compute(made))


def _linked(study: StudyDefinition, source: str, parts: Mapping[str, Sequence[Any]], client: Client) -> Sequence[Any]:
    """A future per partition of a source, with the columns of the source it is linked to.

    The table of pairs is held whole; of the other source a partition travels only what is led to.
    """
    link = link_of(study.sources[source])
    if link is None:
        return parts[source]
    pairs_here = client.map(partition.in_table, parts[link.table], columns=(link.own, link.other), pure=False)
    pairs = pairs_of(study, source, partition.table_of(client.gather(pairs_here)))
    shared = client.scatter(pairs, broadcast=True, hash=False)
    made = []
    for one in parts[source]:
        found = [client.submit(partition.picked, one, there, shared, pure=False) for there in parts[link.source]]
        made.append(client.submit(partition.beside, one, study, source, shared, found, pure=False))
    return made


def _numbered(
    path: Path, numbers: Mapping[int, int], mended: Mapping[int, list[int]], like: pd.DataFrame
) -> pd.DataFrame:
    """One part's rows without those mended since, with every column that any part has."""
    frame = partition.part(path)
    if gone := mended.get(int(path.name[:6])):
        frame = frame[~frame[partition.LINE].isin(gone)].reset_index(drop=True)
    frame[partition.BATCH] = frame[partition.BATCH].map(numbers).astype(np.int32)
    for name, kind in like.dtypes.items():
        if name not in frame:
            frame[name] = pd.array([None] * len(frame), dtype=kind)
    return frame[list(like.columns)]


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A delivery whose rows lie in files; of those of a span that two share a moment and a hash travel."""

    client: Client
    read: Spilled

    @property
    def columns(self) -> Collection[str]:
        return partition.columns_of_all(self.read.parts).columns.difference([partition.BATCH, partition.LINE])

    def span(self, moment: str) -> Spanned | None:
        found = [one for one in self._of_parts(span_of, moment) if one is not None]
        return (min(first for first, _ in found), max(last for _, last in found)) if found else None

    def prints(self, moment: str, span: Spanned, names: Sequence[str]) -> pd.DataFrame:
        return pd.concat(self._of_parts(prints_of, moment, span, names), ignore_index=True)

    def _of_parts(self, look: Callable[..., Any], *wanted: Any) -> list[Any]:
        gone = sorted(self.read.mended)
        futures = [self.client.submit(_looked_at, look, path, gone, *wanted, pure=False) for path in self.read.parts]
        return list(self.client.gather(futures))


def _looked_at(look: Callable[..., Any], path: Path, gone: Sequence[int], *wanted: Any) -> Any:
    """What is looked for in one part's rows, without those mended since."""
    frame = partition.part(path)
    return look(frame[~frame[partition.LINE].isin(gone)], *wanted)


@dataclass(frozen=True, slots=True)
class _Whole:
    """All sources settled; what is left is to cut periods, let every partition give, and merge."""

    study: StudyDefinition
    read: Mapping[str, Sequence[Spilled]]
    parts: Mapping[str, Sequence[Any]]
    client: Client

    def made(self) -> Made:
        known = {name: self._summaries(name) for name in self.study.sources}
        spans = {name: partition.spans_of_all(one) for name, one in known.items()}
        time = time_of(self.study, spans, {name: partition.words_of_all(one) for name, one in known.items()})
        rows = {name: self._rows(name, one) for name, one in known.items()}
        base = over(self.study, rows, time)
        by_source = each((name, partial(self._processed, base, name, one)) for name, one in known.items())
        kpis = {kpi: one for found in by_source.values() for kpi, one in found.items()}
        return Made(
            kpis=each((kpi.id, partial(with_ratio, self.study, kpi, kpis)) for kpi in self.study.kpis.values()),
            sources={
                name: source_counts(one, self.study.timezone, *time.of_source(name)) for name, one in rows.items()
            },
            quarantine=quarantine_of(self.study, rows, kpis),
        )

    def _rows(self, source: str, known: Sequence[Settled]) -> SourceRows:
        deliveries = [_Delivery(self.client, one) for one in self.read[source] if one.parts]
        whole = partition.whole_source(self.study, source, known, self.read[source])
        return replace(whole, shared=shared_of(self.study, source, deliveries))

    def _summaries(self, source: str) -> list[Settled]:
        futures = self.client.map(partition.summary, self.parts[source], pure=False)
        return list(self.client.gather(futures))

    def _processed(self, base: Ground, source: str, known: Sequence[Settled]) -> dict[str, Processed]:
        """Every KPI of one source."""
        kpis = [kpi for kpi in self.study.kpis.values() if kpi.source == source and not sides_of(self.study, kpi)]
        strata = {kpi.id: split(kpi, partition.strata_of_all(known, kpi.strata) if kpi.strata else ()) for kpi in kpis}
        every = [one for kpi in kpis for one in (kpi, *strata[kpi.id].values())]
        found = iter(self._gathered(base, source, _wanted(self.study, base.time, every, self._ends)))
        made = {}
        for kpi in kpis:
            whole = next(found)
            made[kpi.id] = replace(whole, strata=joined({name: next(found) for name in strata[kpi.id]}))
        return made

    def _ends(self, kpi: KpiDefinition) -> list[End]:
        found = self.client.map(partition.ends, self.parts[kpi.source], kpi=kpi, pure=False)
        return [end for ends in self.client.gather(found) for end in ends]

    def _gathered(self, base: Ground, source: str, wanted: Sequence[Wanted]) -> list[Processed]:
        if not wanted:
            return []
        shared = self.client.scatter([list(wanted), base.time], broadcast=True, hash=False)
        futures = [
            self.client.submit(partition.given, one, self.study, source, *shared, pure=False)
            for one in self.parts[source]
        ]
        portions = partition.merged(self.client.gather(self.client.map(_without_raw, futures, pure=False)))
        quantiles = self._quantiles(futures, wanted, portions)
        return [
            assembled(setting_of(base, want.kpi, want.axis), Gathered(whole, quantiles.get(number)))
            for number, (want, whole) in enumerate(zip(wanted, portions, strict=True))
        ]

    def _quantiles(
        self, given: Sequence[Any], wanted: Sequence[Wanted], portions: Sequence[Portion]
    ) -> dict[int, np.ndarray]:
        """Per wanted KPI that is a quantile its values: raw values are shuffled until each period lies together."""
        probabilities = [measure_of(want.kpi.measure).probability for want in wanted]
        if all(one is None for one in probabilities):
            return {}
        meta = pd.DataFrame({GROUP: pd.Series([], dtype="int64"), VALUE: pd.Series([], dtype="float64")})
        raw = dd.from_delayed([delayed(_raw)(one) for one in given], meta=meta, verify_meta=False)
        each_level = [
            levels(want.kpi, whole.unended, whole.found.n) for want, whole in zip(wanted, portions, strict=True)
        ]
        shuffled = raw.shuffle(on=GROUP, npartitions=raw.npartitions)
        found = shuffled.map_partitions(partition.group_quantiles, np.concatenate(each_level), meta=meta).compute()
        return {number: _placed(found, want) for number, want in enumerate(wanted) if probabilities[number] is not None}


def _wanted(
    study: StudyDefinition, time: Time, kpis: Sequence[KpiDefinition], ends: Callable[[KpiDefinition], list[End]]
) -> list[Wanted]:
    wanted, offset = [], 0
    for kpi in kpis:
        axis = axis_for(study, time, kpi, partial(ends, kpi))
        wanted.append(Wanted(kpi, axis, offset))
        offset += axis.size
    return wanted


def _without_raw(given: Given) -> Given:
    return replace(given, raw=given.raw.iloc[:0])


def _raw(given: Given) -> pd.DataFrame:
    return given.raw


def _placed(found: pd.DataFrame, want: Wanted) -> np.ndarray:
    """The quantiles of one KPI by period; NaN where there is no row."""
    values = np.full(want.axis.size, np.nan)
    places = found[GROUP].to_numpy() - want.offset
    mine = (places >= 0) & (places < want.axis.size)
    values[places[mine]] = found[VALUE].to_numpy()[mine]
    return values
