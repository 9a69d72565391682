"""How one utterance was spoken: pitch, energy, tilt and rate.

Own features, because the known extractors may not be shipped; on 8 kHz speech they did better than eGeMAPS (4.3 of the
understanding page). Absolute level tells about lines, not callers: `LEVEL` names are for comparing turns of one call.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models import pitch

RATE = 8000
_WIDTH, _STEP, _FFT = 320, 80, 512  # 40 ms every 10 ms
LEAST_SECONDS = 0.1
_MOST_SECONDS = 30  # of one utterance; more tells nothing new
_LIMIT = 32000  # mu-law's greatest value is 32,124
_MOST_CLIPPED = 0.005  # share of samples at the limit from which no voice is judged: bent tops sound sharp [own rule]
_MUTED_DB = -75.0  # below mu-law's smallest step (-72): the line sent silence, which tells nothing of its noise

Floats = npt.NDArray[np.float64]

_TRACKS = (
    "pitch", "pitch_change", "energy", "energy_change", "alpha", "hammarberg", "centroid", "flux", "harmonicity",
)  # fmt: skip
_STATISTICS = ("mean", "deviation", "p20", "p50", "p80", "range")
_BANDS_HZ = ((0, 500), (500, 1000), (1000, 2000), (2000, 4000))
_CEPSTRA = 12
NAMES: tuple[str, ...] = (
    *(f"{track}_{statistic}" for track in _TRACKS for statistic in _STATISTICS),
    *(f"band_{low}_{high}" for low, high in _BANDS_HZ),
    *(f"mfcc{number}_{statistic}" for number in range(1, _CEPSTRA + 1) for statistic in ("mean", "deviation")),
    *(f"mfcc{number}_change" for number in range(1, _CEPSTRA + 1)),
    "jitter", "shimmer", "duration", "voiced_runs", "voiced_run_length", "voiced_share", "energy_peaks", "pauses",
    "pitch_slope",
)  # fmt: skip
LEVEL = frozenset({"energy_mean", "energy_p20", "energy_p50", "energy_p80"})


@dataclass(frozen=True, slots=True)
class Prosody:
    """Features of one utterance (order: `models/prosody.py:NAMES`), with what gates them."""

    features: npt.NDArray[np.float32]
    voiced_seconds: float
    snr_db: float

    def __getitem__(self, name: str) -> float:
        return float(self.features[NAMES.index(name)])


NOTHING = Prosody(np.zeros(len(NAMES), np.float32), 0.0, 0.0)


def extract(pcm: npt.NDArray[np.int16]) -> Prosody:
    """Features of 8 kHz samples. Silence and less than 100 ms give `NOTHING`; NaN counts as silence, and clipping as
    noise that leaves nothing to judge (0 dB).
    """
    samples = np.nan_to_num(np.asarray(pcm, np.float64).ravel(), nan=0.0, posinf=32767.0, neginf=-32768.0)
    samples = np.clip(samples[: _MOST_SECONDS * RATE], -32768, 32767) / 32768
    if len(samples) < LEAST_SECONDS * RATE or not samples.any():
        return NOTHING
    samples = np.pad(samples, (0, max(0, _WIDTH - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WIDTH)[::_STEP]
    energy = 10 * np.log10((frames**2).mean(axis=1) + 1e-10)
    spectrum = np.abs(np.fft.rfft(frames * np.hamming(_WIDTH), _FFT)) ** 2 + 1e-10
    voice = pitch.track(frames, energy, RATE)
    values = np.concatenate(
        [
            _track_statistics(voice, energy, spectrum),
            _bands(spectrum, energy),
            _cepstra(spectrum, energy),
            _rhythm(voice, energy, len(samples) / RATE),
        ]
    )
    features = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)
    clipped = float((np.abs(samples) >= _LIMIT / 32768).mean()) > _MOST_CLIPPED
    snr_db = 0.0 if clipped else round(_snr_db(energy), 1)
    return Prosody(features, round(float(voice.voiced.sum()) * _STEP / RATE, 3), snr_db)


def _track_statistics(voice: pitch.Pitch, energy: Floats, spectrum: Floats) -> Floats:
    hertz = np.fft.rfftfreq(_FFT, 1 / RATE)
    low, high = (hertz >= 50) & (hertz < 1000), (hertz >= 1000) & (hertz < 4000)
    alpha = 10 * np.log10(spectrum[:, low].sum(axis=1) / spectrum[:, high].sum(axis=1))
    lower, upper = (hertz < 2000), (hertz >= 2000)
    hammarberg = 10 * np.log10(spectrum[:, lower].max(axis=1) / spectrum[:, upper].max(axis=1))
    power = spectrum.sum(axis=1)
    centroid = _product(spectrum, np.asarray(hertz[:, None], np.float64))[:, 0] / power / 1000
    shape = np.sqrt(spectrum / power[:, None])
    flux = np.concatenate([[0.0], np.sqrt(((shape[1:] - shape[:-1]) ** 2).sum(axis=1))])
    harmonicity = 10 * np.log10(np.maximum(voice.peak, 1e-3) / (1 - voice.peak))
    voiced, speech = voice.voiced, energy > energy.max() - pitch.VOICED_RANGE_DB
    both = voiced[1:] & voiced[:-1]
    columns = [
        voice.semitones[voiced],
        np.abs(np.diff(voice.semitones))[both],
        energy[speech],
        np.abs(np.diff(energy))[speech[1:] & speech[:-1]],
        alpha[voiced],
        hammarberg[voiced],
        centroid[voiced],
        flux[speech],
        harmonicity[voiced],
    ]
    return np.concatenate([_statistics(column) for column in columns])


def _statistics(values: Floats) -> Floats:
    if len(values) < 2:
        return np.zeros(len(_STATISTICS))
    p5, p20, p50, p80, p95 = np.percentile(values, (5, 20, 50, 80, 95))
    return np.array([values.mean(), values.std(), p20, p50, p80, p95 - p5])


def _bands(spectrum: Floats, energy: Floats) -> Floats:
    """Each band's share of the power of speech, in dB."""
    hertz = np.fft.rfftfreq(_FFT, 1 / RATE)
    power = spectrum[energy > energy.max() - pitch.VOICED_RANGE_DB].mean(axis=0)
    shares = [power[(hertz >= low) & (hertz < high)].sum() / power.sum() for low, high in _BANDS_HZ]
    return 10 * np.log10(np.maximum(shares, 1e-6))


def _product(rows: Floats, columns: Floats) -> Floats:
    """A matrix product on this thread alone: BLAS would wake others, which wait at full speed and cost more than they
    save on so few numbers [measured: 16 ms of CPU for 3 s of voice, 7 without]."""
    product: Floats = np.einsum("ij,jk->ik", rows, columns)
    return product


def _mel_weights(bands: int = 24, low: float = 100.0, high: float = 3900.0) -> Floats:
    edges = 700 * (10 ** (np.linspace(np.log10(1 + low / 700), np.log10(1 + high / 700), bands + 2)) - 1)
    hertz = np.fft.rfftfreq(_FFT, 1 / RATE)[:, None]
    rising = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    weights: Floats = np.clip(np.minimum(rising, falling), 0, None)
    return weights


_MEL = _mel_weights()
_COSINES = np.cos(
    np.pi / _MEL.shape[1] * (np.arange(_MEL.shape[1])[:, None] + 0.5) * np.arange(1, _CEPSTRA + 1)
) * np.sqrt(2 / _MEL.shape[1])


def _cepstra(spectrum: Floats, energy: Floats) -> Floats:
    speech = energy > energy.max() - pitch.VOICED_RANGE_DB
    cepstra = _product(np.log(_product(spectrum, _MEL) + 1e-10), _COSINES)
    kept = cepstra[speech]
    change = np.diff(cepstra, axis=0)[speech[1:] & speech[:-1]]
    moved = change.std(axis=0) if len(change) else np.zeros(_CEPSTRA)
    return np.concatenate([np.column_stack([kept.mean(axis=0), kept.std(axis=0)]).ravel(), moved])


def _rhythm(voice: pitch.Pitch, energy: Floats, seconds: float) -> Floats:
    voiced = voice.voiced
    both = voiced[1:] & voiced[:-1]
    period = 2 ** (-voice.semitones / 12)
    jitter = np.abs(np.diff(period))[both].mean() / period[voiced].mean() if both.any() else 0.0
    shimmer = np.abs(np.diff(energy))[both].mean() if both.any() else 0.0
    starts = int((np.diff(np.concatenate([[False], voiced]).astype(int)) == 1).sum())
    smooth = np.convolve(energy, np.ones(5) / 5, "same")
    tops = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & (smooth[1:-1] > energy.max() - 20)
    quiet = energy < energy.max() - pitch.VOICED_RANGE_DB / 1.4  # 25 dB down counts as a pause
    place = np.flatnonzero(voiced) * _STEP / RATE
    slope = np.polyfit(place, voice.semitones[voiced], 1)[0] if len(place) > 10 else 0.0
    return np.array(
        [
            jitter,
            shimmer,
            np.log(seconds),
            starts / seconds,
            voiced.sum() * _STEP / RATE / max(starts, 1),
            voiced.mean(),
            tops.sum() / seconds,
            quiet.mean(),
            np.clip(slope, -20, 20),
        ]
    )


def _snr_db(energy: Floats) -> float:
    """Speech over floor: the loud tenth of frames against the quiet twentieth (a pause or a closure of a stop)."""
    carried = energy[energy > _MUTED_DB]
    if len(carried) == 0:
        return 0.0
    quiet, loud = np.percentile(carried, (5, 90))
    return float(np.clip(loud - quiet, 0, 60))
