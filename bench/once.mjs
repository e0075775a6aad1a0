export async function* coldStarts() {}
export async function* memory() {}
