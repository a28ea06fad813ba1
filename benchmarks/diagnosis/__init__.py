"""How well wrong answers are told apart: a corpus of attempts, what is said of each, and whether that is true.

attempts/NN.toml   code for the tasks of a lecture, right and wrong, in the manner of students; [[attempt]] with
                   id       such as "04-step-1"
                   task     such as "04 step"
                   kind     "wrong", "two slips" or "right"
                   slip     what is wrong, as a teacher says it; "" of a right one
                   line     the text of the line, or lines, where it is wrong
                   source   the cell
tables.toml        tables typed by hand; [[table]] with the problem, the rows and the same kinds of remarks
judged.toml        a person's judgement of everything that was said: see judging.py

The attempts were written from the exercise notebooks alone, by someone who had not seen which slips are listed.
"""
