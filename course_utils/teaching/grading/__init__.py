"""Code exercises that nbgrader grades: hand-ins put right before they run, and grades in which no zero is silent."""
