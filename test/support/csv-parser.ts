/** RFC 4180, character by character; it shares nothing with the code that writes CSV. */
export const parseCsv = (text: string): readonly (readonly string[])[] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted) {
      if (character !== '"') field += character;
      else if (text.charAt(at + 1) === '"') field += text.charAt(at++);
      else quoted = false;
    } else if (character === '"') {
      if (field !== '') throw new Error(`a quote inside an unquoted field at ${at}`);
      quoted = true;
    } else if (character === ',') {
      row.push(field);
      field = '';
    } else if (character === '\r' && text.charAt(at + 1) === '\n') {
      at++;
      rows.push([...row, field]);
      row = [];
      field = '';
    } else if (character === '\r' || character === '\n') {
      throw new Error(`a bare line end at ${at}`);
    } else field += character;
  }
  if (quoted || row.length > 0 || field !== '') throw new Error('the last record is not complete');
  return rows;
};
