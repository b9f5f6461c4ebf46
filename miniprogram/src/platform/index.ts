/** The platform that this output is for: the compiler keeps one of the two lines. */
// #ifdef MP-WEIXIN
// @ts-ignore TS2300: for the type checker both lines are there
export { platform } from './wechat'
// #endif
// #ifdef MP-ALIPAY
// @ts-ignore TS2300
export { platform } from './alipay'
// #endif
