/** What of a group a search may look at; `…Words` are compared word by word in lower case, the others as a whole. */
export type TextField = 'id' | 'name' | 'access' | 'ownerName';
export type NumberField = 'latestVersion' | 'createdTime' | 'lastUpdatedTime';
export type WordsField =
  | 'nameWords'
  | 'descriptionWords'
  | 'backendRolesWords'
  | 'ownerNameWords'
  | 'ownerBackendRolesWords'
  | 'ownerRolesWords';
/** Of these a group may have several values. */
export type ListField = 'backendRoles' | 'ownerBackendRoles' | 'ownerRoles' | WordsField;
export type GroupField = TextField | NumberField | ListField;

/** Bounds of a range; left out: open on that side. */
export interface Range {
  readonly gt?: string | number;
  readonly gte?: string | number;
  readonly lt?: string | number;
  readonly lte?: string | number;
}

/** A wildcard: literal text, any run of characters, any one character. */
export type PatternPart = { readonly text: string } | 'any' | 'one';

/** Which groups a search is after: a tree without any syntax of whoever asked. */
export type GroupFilter =
  | { readonly is: 'all' }
  | { readonly is: 'none' }
  | { readonly is: 'and'; readonly of: readonly GroupFilter[] }
  /** At least so many of them. */
  | { readonly is: 'some'; readonly of: readonly GroupFilter[]; readonly least: number }
  | { readonly is: 'not'; readonly of: GroupFilter }
  /** The group has an owner, and he is such a one. */
  | { readonly is: 'owner'; readonly of: GroupFilter }
  | { readonly is: 'oneOf'; readonly field: GroupField; readonly values: readonly (string | number)[] }
  | { readonly is: 'phrase'; readonly field: WordsField; readonly words: readonly string[] }
  | { readonly is: 'prefix'; readonly field: TextField | ListField; readonly prefix: string }
  | { readonly is: 'pattern'; readonly field: TextField | ListField; readonly parts: readonly PatternPart[] }
  | { readonly is: 'exists'; readonly field: GroupField }
  | { readonly is: 'within'; readonly field: GroupField; readonly range: Range };

export type SortField = 'id' | 'name' | 'access' | NumberField | 'backendRoles' | 'registration';

export interface GroupOrder {
  readonly field: SortField;
  readonly descending: boolean;
}
