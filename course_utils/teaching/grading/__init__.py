"""Code exercises graded by nbgrader: hand-ins are repaired before they run, and no zero in the grades goes unexplained."""
