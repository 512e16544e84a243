"""How people sign in to the pages: browsers that act for a token, and people that an identity provider vouches for."""
