"""How a shell reads a file of assignments: `README.md` next to this file walks through one."""
