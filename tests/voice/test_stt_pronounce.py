"""How words come to their phones."""

from voice.stt.pronounce import dictionary_text, pronunciations, spell_out

DICTIONARY = """\
back B AE K
call K AO L
line L AY N
parcel P AA R S AH L
read R EH D
read(2) R IY D
warm W AO R M
organized AO R G AH N AY Z D
a AH
a(2) EY
p P IY
r AA R
"""


def look_up(tmp_path, *words: str):
    path = tmp_path / "small.dict"
    path.write_text(DICTIONARY, encoding="utf-8")
    return pronunciations(words, dictionary=path)


def test_the_dictionary_comes_first_with_all_its_variants(tmp_path):
    spoken, guessed = look_up(tmp_path, "read")
    assert spoken == {"read": ["R EH D", "R IY D"]}
    assert guessed == []


def test_a_compound_is_said_as_its_parts(tmp_path):
    spoken, guessed = look_up(tmp_path, "warmline", "callback")
    assert spoken == {"warmline": ["W AO R M L AY N"], "callback": ["K AO L B AE K"]}
    assert guessed == []


def test_plurals_and_possessives_follow_their_word(tmp_path):
    spoken, _ = look_up(tmp_path, "parcels", "parcel's", "backs")
    assert spoken["parcels"] == spoken["parcel's"] == ["P AA R S AH L Z"]
    assert spoken["backs"] == ["B AE K S"]


def test_british_spellings_and_what_un_undoes_sound_as_their_word(tmp_path):
    spoken, guessed = look_up(tmp_path, "organised", "unread")
    assert spoken == {"organised": ["AO R G AH N AY Z D"], "unread": ["AH N R EH D", "AH N R IY D"]}
    assert guessed == []


def test_an_abbreviation_that_is_no_word_is_said_by_its_letters(tmp_path):
    spoken, guessed = look_up(tmp_path, "apr", "par")
    assert spoken["apr"] == ["EY P IY AA R"]
    assert guessed == ["par"]


def test_a_name_is_guessed_and_said_to_be(tmp_path):
    spoken, guessed = look_up(tmp_path, "late", "kowalski")
    assert guessed == ["kowalski", "late"]
    assert spoken["late"] == ("L EY T",)
    assert spoken["kowalski"] == ("K OW AE L S K IY",)


def test_any_word_has_a_sound():
    for word in ("a", "x", "rhythm", "o'neill", "queue", "zzz", "bookkeeper"):
        assert spell_out(word)


def test_variants_are_marked_as_the_engine_reads_them():
    assert dictionary_text({"read": ["R EH D", "R IY D"]}) == "read R EH D\nread(2) R IY D\n"
