"""How people sign in to the pages: browsers that speak for a token, and what an identity provider vouches for."""
