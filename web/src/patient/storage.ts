// What must outlive a reload or a sign-in, for as long as the tab is open.

function store(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined; // a browser that forbids it: nothing outlives the page
  }
}

export function keep(key: string, value: string): void {
  try {
    store()?.setItem(`nara.${key}`, value);
  } catch {
    // Full or forbidden: the value lives as long as the page.
  }
}

export function kept(key: string): string | undefined {
  return store()?.getItem(`nara.${key}`) ?? undefined;
}

export function forget(key: string): void {
  store()?.removeItem(`nara.${key}`);
}
