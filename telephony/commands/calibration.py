"""`calibrate`: proofs by measuring."""

from pathlib import Path
from typing import Annotated

import typer

from telephony.commands.terminal import Channel, ConfigFolder, out, said_in_words

commands = typer.Typer(help="Proofs by measuring, on recordings of one's own.", no_args_is_help=True)


@commands.command("stt", epilog="Exit 1 when no short window may be used.")
def calibrate_stt(
    recordings: Annotated[
        Path | None, typer.Argument(metavar="[RECORDINGS]", help="A folder. Default: the demo's few callers.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option(help="Whisper's weights, by their folder's name. Default: those in use.")
    ] = None,
    windows: Annotated[str, typer.Option(help="Seconds, such as 5,8. Default: every short one of the settings.")] = "",
    channel: Annotated[Channel, typer.Option(help="The speaker's side of two-channel recordings.")] = Channel.LEFT,
    config: ConfigFolder = None,
) -> None:
    """Finds which of Whisper's short windows lose no words on your recordings, and records it: they are used from then.

    RECORDINGS holds utterances of up to 12 s (wav, flac, mp3, ogg; any rate) and their words, in one of two ways:
    a .txt of the same name beside each file, where a subfolder is a speaker; or a manifest.csv with the columns file
    and text and, where you have them, speaker, and start and end in seconds of one utterance in a longer recording.

    One channel is taken as it is. Of two, --channel says which holds the speaker: left is the caller in Warmline's own
    recordings and in Twilio's dual ones; where your recorder puts the agent left, say right.

    A window is safe when at least 30 utterances (100 words) fit it, it costs at most half a point of word error, no
    single speaker 2 points, and no digit.
    """
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.calibrate import calibrate, seconds, table
        from telephony.settings import config_folder, load

        with out.status("opening") as status:
            found = calibrate(
                load(config_folder(config)),
                recordings,
                weights=weights,
                windows=seconds(windows),
                channel=channel.value,
                progress=lambda done, of: status.update(f"{done} of {of} utterances"),
            )
        out.print(table(found))
        for one in found.verdicts:
            if not one.safe:  # below the table: in a narrow terminal a column would break it into words
                out.print(f"{one.window_s:g} s may not be used: {one.unsafe_because}", soft_wrap=True, markup=False)
        out.print(f"CPU an utterance: {found.cpu_ms_short:.0f} ms, {found.cpu_ms_full:.0f} ms in 30 s")
        if found.left_out:
            out.print(f"{found.left_out} utterances left out: they fit none of these windows")
        kept = "the record of your own recordings stays" if found.record is None else f"recorded in {found.record}"
        out.print(kept, soft_wrap=True, markup=False)
        if not found.safe:
            raise typer.Exit(1)


@commands.command("frustration")
def calibrate_frustration(
    recordings: Annotated[Path, typer.Argument(metavar="RECORDINGS", help="A folder of recorded calls, at least ten.")],
    channel: Annotated[Channel, typer.Option(help="The caller's side of two-channel recordings.")] = Channel.LEFT,
    config: ConfigFolder = None,
) -> None:
    """Finds what is usual in your own callers' voices and words, and records it: frustration is judged against it.

    No labels are needed. RECORDINGS holds whole calls (wav, flac, mp3, ogg; any rate). Voices come from the sound;
    words from a journal (.jsonl, as `warmline replay` writes it) or a .txt with a turn of the caller a line, of the
    same name beside it. More callers tell more than longer calls.

    Only quantiles are kept, no sound and no words. Do it again when the line, its carrier or its callers change.
    """
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.calibrate.frustration import calibrate_frustration as run
        from telephony.calibrate.frustration import table
        from telephony.settings import config_folder, load

        settings = load(config_folder(config))
        with out.status("opening") as status:
            found = run(settings, recordings, channel=channel.value, progress=status.update)
        out.print(table(found))
        out.print(f"voices that stand out: {found.above_own:.1%} of turns, {found.above_shipped:.1%} as shipped")
        if found.words_missing:
            out.print(found.words_missing, soft_wrap=True, markup=False)
        out.print(f"recorded in {found.record}; used from the next start on", soft_wrap=True, markup=False)
