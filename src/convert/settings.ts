/** Settings that are being made of others. */
import { type AttributeName, attributeNames, type Settings, type SettingsInMaking } from '../config/mod.ts';

/** Those that are set. */
export function namesOf(settings: Settings): readonly AttributeName[] {
  return attributeNames().filter((name) => settings[name] !== undefined);
}

/** Takes a value over, where there is one. */
export function copySetting<Name extends AttributeName>(name: Name, from: Settings, to: SettingsInMaking): void {
  const value: Settings[Name] = from[name];
  if (value !== undefined) to[name] = value;
}
