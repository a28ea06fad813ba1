"""Rosters as spreadsheets all over the world save them: read rightly, or refused, and never wrongly."""

import random
from collections import Counter

import pytest

from course_utils.teaching.handouts import Student, main, read_students
from course_utils.teaching.handouts.encodings import decoded

NAMES = {
    "korean": """서지우 서하은 박진우 배미영 김영철 김서윤 허정훈 안민수 김경숙 문수빈 박정순 노정수 손수진 김민재 이예준 장성진 류영수
        박정식 우경수 홍경자 이은경 김병철 김지연 노순자 박종수 신주원 김현정 이우진 이현숙 이숙자 엄민지 민영진 허경수 하은정 성은정""",
    "japanese": """中島里佳 近藤康弘 阿部涼平 鈴木直樹 小林和也 佐藤修平 渡辺真綾 前田治 清水智也 高橋亮介 田中修平 遠藤聡太郎 藤原結衣
        山本春香 高橋くみ子 佐藤七夏 林裕樹 佐々木花子 佐藤晃 近藤明美 高橋あすか 長谷川美加子 髙橋サユリ 濱田麻衣 渡邊零""",
    "chinese": """钟涛 石艳 聂龙 马艳 高艳 姚桂荣 张冬梅 范斌 冯玉 李强 金志强 陈岩 张岩 陈畅 张峰 王莉 唐雪 陈秀珍 苏彬 马东 刘军
        顾勇 黄磊 王博 李丽 杨琴 石宁 严明 杨畅 叶秀珍 侯建国 李秀云 刘红梅 孙婷婷 王超 李淑兰 李兵 陈桂香""",
    "german": """Schönland Jäkel Weiß Gülay Hübel Günter Hänel Neuschäfer Höfig Zänker René Hövel Müller Röhrdanz Dörr Käthe
        Löwer Bärer Hörle Röhricht Sölzer Bähr Bartholomäus Schüler Förster Kühnert Löchel Köster Rüdiger Jörg Groß MÜLLER""",
    "french": """Joséphine Lelièvre François Émile Élodie Adélaïde Éléonore Océane Lefèvre Noël Vallée Stéphane Eugène Étienne
        Benoît Michèle Théophile Hélène Aimée Anaïs Grégoire Frédérique Zoé Chloë Lecœur Château GARÇON""",
    "spanish": """Ibañez Pío Gascón Castañeda Aarón Piñol Mármol Fabián Barberá Encarnación Elías Tomás Ámbar Antón Álvaro Sofía
        Mariño Nélida Ángel Sánchez Jesús María José Nicolás Peiró Piña Fermín Agüero""",
    "northern": """Möller Sandström Månsson Åsa Lindén Linnéa Jönsson Mårtensson Björk Håkansson Grönlund Sjögren Öberg Ågren
        Øyvind Sørensen Kjær Bjørnstad Mäkelä Pääkkönen Hämäläinen""",
}
ENCODINGS = {
    "korean": ("cp949", "euc_kr"),
    "japanese": ("cp932", "shift_jis"),
    "chinese": ("gb18030", "gb2312"),
    "german": ("cp1252", "latin-1", "iso8859-15"),
    "french": ("cp1252",),
    "spanish": ("cp1252", "latin-1"),
    "northern": ("cp1252", "latin-1"),
}
#: Others, which are not told apart: they may be refused, and a word that reads alike in both may pass.
FOREIGN = {
    "cp1250": "Wójcik Wiśniewski Kamiński Lewandowski Zieliński Wałęsa Dąbrowski Nováková Dvořák Černý Horáček Jiří Ondřej Němec",
    "cp1251": "Иванов Смирнова Кузнецов Попов Васильева Петров Соколова Михайлов Новикова Фёдоров Морозов Волкова",
    "cp1253": "Παπαδόπουλος Νικολάου Γεωργίου Ιωάννου Κωνσταντίνου Δημητρίου Αθανασίου Βασιλείου",
    "cp1254": "Yılmaz Şahin Doğan Yıldız Aydın Özdemir Arslan Kılıç Çetin Şimşek Gündoğdu",
    "euc_jp": "中島里佳 近藤康弘 阿部涼平 鈴木直樹 小林和也 佐藤修平 渡辺真綾 前田治 清水智也 高橋亮介",
    "koi8_r": "Иванов Смирнова Кузнецов Попов Васильева Петров Соколова Михайлов Новикова Фёдоров",
}


def rosters(names, encoding, size, count=60):
    """[(bytes, text)] of rosters with this many of these names, as spreadsheets part the columns."""
    dice, names = random.Random(0), names.split()
    for k in range(count):
        separator, end = ",;\t"[k % 3], ("\r\n", "\n")[k % 2]
        chosen = [name for name in names if can_be_written(name, encoding)]
        drawn = dice.sample(chosen, min(size, len(chosen)))
        lines = [f"id{separator}name", *(f"s{i:03}{separator}{name}" for i, name in enumerate(drawn))]
        text = end.join([*lines, ""])
        yield text.encode(encoding), text


def can_be_written(name, encoding):
    try:
        return bool(name.encode(encoding))
    except UnicodeEncodeError:
        return False


def outcomes(files):
    """How many files are read rightly, refused, and read wrongly."""
    found = Counter(right=0, refused=0, wrong=0)
    for raw, text in files:
        try:
            read, told = decoded(raw, "roster.csv")
        except ValueError as error:
            assert str(error).startswith("roster.csv is not in UTF-8, and its encoding is not clear: save it")
            found["refused"] += 1
        else:
            found["right" if read == text else "wrong"] += 1
            assert told.startswith("roster.csv is not in UTF-8; it was read as ")
    return dict(found)


@pytest.mark.parametrize("size", [3, 10, 25])
@pytest.mark.parametrize(
    ("names", "encoding"), [(names, encoding) for names, each in ENCODINGS.items() for encoding in each]
)
def test_every_roster_of_three_names_or_more_is_read_rightly(names, encoding, size):
    found = outcomes(rosters(NAMES[names], encoding, size))
    assert found == {"right": 60, "refused": 0, "wrong": 0}


@pytest.mark.parametrize("size", [3, 10])
@pytest.mark.parametrize("encoding", FOREIGN)
def test_an_undecidable_encoding_is_refused_and_not_guessed(encoding, size):
    found = outcomes(rosters(FOREIGN[encoding], encoding, size))
    assert found["wrong"] == 0
    assert found["refused"] >= 50


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_certain_encoding_is_never_refused(names, encoding):
    for size in (1, 3, 25):
        for raw, text in rosters(NAMES[names], encoding, size):
            read, told = decoded(raw, "roster.csv")
            assert (read, bool(told)) == (text, encoding.startswith("utf-16"))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp949", "id,name,학과\n1,김철수A,컴퓨터공학과\n2,김철수B,컴퓨터공학과\n3,이영희,수학과\n"),
        ("cp932", "id,name,ﾖﾐ\n1,山田 太郎,ﾔﾏﾀﾞ ﾀﾛｳ\n2,鈴木　花子,ｽｽﾞｷ ﾊﾅｺ\n"),
        ("cp1252", "id;x1;y1\n1;1½;–2\n2;½;°\n"),
        ("cp1252", "id,name\n1,Seán O’Brien\n2,“Zoë”\n"),
    ],
)
def test_a_file_may_hold_more_than_names(encoding, text):
    assert decoded(text.encode(encoding), "roster.csv")[0] == text


@pytest.mark.parametrize(
    ("encoding", "name", "told"),
    [
        (
            "cp949",
            "김영철",
            "roster.csv is not in UTF-8; it was read as Korean (CP949), for example 김영철.\n",
        ),
        (
            "cp932",
            "佐藤七夏",
            "roster.csv is not in UTF-8; it was read as Japanese (CP932), for example 佐藤七夏.\n",
        ),
        (
            "cp1252",
            "Zoë",
            "roster.csv is not in UTF-8; it was read as Western (Windows-1252), for example Zoë.\n",
        ),
        ("utf-16", "Zoë", "roster.csv was read as UTF-16.\n"),
        ("utf-8", "Zoë", ""),
    ],
)
def test_the_encoding_is_said_with_words_to_see_it_by(tmp_path, capsys, encoding, name, told):
    path = tmp_path / "roster.csv"
    path.write_bytes(f"id,name\n1,{name}\n".encode(encoding))
    assert read_students(path) == ([Student("1", name)], [])
    assert capsys.readouterr().out == told


def test_a_file_that_is_refused_says_how_to_save_it(tmp_path, capsys):
    (tmp_path / "roster.csv").write_bytes("id,name\n1,Иванов\n2,Фёдоров\n".encode("cp1251"))
    command = ["handout", "--problem", "sgd", "--seed", "1", "--students", str(tmp_path / "roster.csv")]
    assert main([*command, "--output", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == (
        "roster.csv is not in UTF-8, and its encoding is not clear: save it once more as "
        '"CSV UTF-8 (comma delimited)", as Excel calls it. Nothing was written.\n'
    )
