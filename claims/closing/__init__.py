"""決算と縮減の内訳: figures for the council, all counted from entries, once, and proved by a second way of counting."""
