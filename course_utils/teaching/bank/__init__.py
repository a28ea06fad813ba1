"""The course's questions, for the systems in which courses live.

    python -m course_utils export --format moodle --output questions.xml

questions.py holds them as one list of data; each format is a small module of its own.
"""
