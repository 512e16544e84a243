"""How a shell reads a file of assignments: `README.md` beside this file walks through one."""
