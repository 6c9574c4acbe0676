/** Places in the console, as the part of the address after `#`: `#/queue/ID?state=failed`. */

export function routeOf(hash, views) {
  const match = /^#\/([a-z]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(hash);
  const view = match && Object.hasOwn(views, match[1]) ? match[1] : Object.keys(views)[0];
  let id = null;
  try {
    id = match?.[2] ? decodeURIComponent(match[2]) : null;
  } catch {
    // An address that somebody mistyped names nothing.
  }
  return { view, id, query: new URLSearchParams(match?.[3] ?? '') };
}

export function hashOf(view, id, query) {
  const items = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) if (one) items.append(name, one);
  return `#/${view}${id ? `/${encodeURIComponent(id)}` : ''}${items.size ? `?${items}` : ''}`;
}
