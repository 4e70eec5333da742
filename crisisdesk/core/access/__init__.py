"""Who may see and do what: capabilities, roles, principals, grants, and the rights of the database's roles."""
