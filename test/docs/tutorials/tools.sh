# What stands in for npm while a tutorial runs: nothing is fetched, and packages are the repository's own.
# ROOT is the repository, PACKAGE the package fulgur, ASIDE a folder for what the reader does not see.

link_package() {
  local from="$ROOT/node_modules/$1"
  if [ "$1" = fulgur ]; then from="$PACKAGE"; fi
  if [ ! -e "$from" ]; then
    echo "npm: the repository does not have the package $1" >&2
    return 1
  fi
  mkdir -p "node_modules/.bin" "node_modules/$(dirname "$1")"
  ln -sfn "$from" "node_modules/$1"
}

npm() {
  if [ "$1" != install ]; then
    command npm "$@"
    return
  fi
  shift
  local name
  for name in "$@"; do
    case "$name" in -*) continue ;; esac
    link_package "$name"
  done
  if [ -e package.json ]; then
    for name in $(node -p 'const p = require("./package.json"); Object.keys({ ...p.dependencies, ...p.devDependencies }).join(" ")'); do
      link_package "$name"
    done
  fi
  ln -sfn "$PACKAGE/bin/fulgur" node_modules/.bin/fulgur
  ln -sfn "$ROOT/node_modules/ts-node/dist/bin.js" node_modules/.bin/ts-node
}

npx() {
  local program="$1" folder="$PWD"
  shift
  while [ "$folder" != / ] && [ ! -x "$folder/node_modules/.bin/$program" ]; do folder=$(dirname "$folder"); done
  "$folder/node_modules/.bin/$program" "$@"
}
