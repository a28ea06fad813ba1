"""How well wrong answers are told apart: a corpus of attempts, what is said about each, and whether that is true.

attempts/    what students write, right and wrong: see README.md
judged.toml  a person's judgement of everything that is said of them: see judging.py
python -m benchmarks.diagnosis
"""
