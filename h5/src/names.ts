/** Names of personal data that a module may read, in words. */
const READ_NAMES: Record<string, string> = {
  name: '姓名',
  id_number: '身份证号码',
  phone: '手机号码',
  age: '年龄',
  birth: '出生日期',
  birth_date: '出生日期',
  gender: '性别',
  region: '常用地区',
  address: '住址',
  level: '认证等级',
  'company.name': '企业名称',
  'company.uscc': '统一社会信用代码',
  'company.legal_person': '法定代表人',
}

export const readName = (name: string): string => READ_NAMES[name.replace(/^citizen\./, '')] ?? name
