import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

import { gate, hasRole, safeReturn, session } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    /** Any of these roles opens the page. */
    roles?: string[]
    /** Nothing here is about a person, so no look is told to one. */
    impersonal?: boolean
    /** Shown without the frame, to anybody. */
    open?: boolean
  }
}

const HANDLERS = ['window', 'reviewer']
const ADMINS = ['admin', 'auditor']
const OPERATORS = ['operator', 'auditor']
const PUBLISHERS = ['publisher', 'reviewer', 'auditor', 'admin']
const KEEPERS = ['publisher', 'admin', 'auditor']

function home(): string {
  if (hasRole(...HANDLERS)) return '/cases'
  if (hasRole(...OPERATORS)) return '/campaigns'
  if (hasRole('publisher')) return '/modules'
  return hasRole('admin') ? '/members' : '/cases'
}

export const routes: RouteRecordRaw[] = [
  { path: '/', redirect: () => home() },
  {
    path: '/sign-in',
    component: () => import('./pages/SignInPage.vue'),
    meta: { title: '登录', open: true },
  },
  {
    path: '/enrol',
    component: () => import('./pages/EnrolPage.vue'),
    meta: { title: '登记密码和动态码', open: true },
  },
  { path: '/counter', component: () => import('./pages/CounterPage.vue'), meta: { title: '窗口核对', roles: ['window'] } },
  {
    path: '/members',
    component: () => import('./pages/MembersPage.vue'),
    meta: { title: '工作人员账号', roles: ADMINS },
  },
  { path: '/security', component: () => import('./pages/SecurityPage.vue'), meta: { title: '我的登录' } },
  { path: '/cases', component: () => import('./pages/QueuePage.vue'), meta: { title: '办件', roles: HANDLERS } },
  {
    path: '/cases/:number',
    component: () => import('./pages/CasePage.vue'),
    props: true,
    meta: { title: '办件详情', roles: HANDLERS },
  },
  {
    path: '/follow-ups',
    component: () => import('./pages/FollowUpsPage.vue'),
    meta: { title: '差评回访', roles: HANDLERS },
  },
  { path: '/calls', component: () => import('./pages/CallsPage.vue'), meta: { title: '电话提醒', roles: ['window'] } },
  {
    path: '/campaigns',
    component: () => import('./pages/CampaignsPage.vue'),
    meta: { title: '群发通知', roles: OPERATORS },
  },
  {
    path: '/campaigns/new',
    component: () => import('./pages/CampaignPage.vue'),
    meta: { title: '新的通知', roles: ['operator'] },
  },
  {
    path: '/campaigns/:id',
    component: () => import('./pages/CampaignPage.vue'),
    props: true,
    meta: { title: '通知', roles: OPERATORS },
  },
  {
    path: '/reminder-rules',
    component: () => import('./pages/ReminderRulesPage.vue'),
    meta: { title: '到期提醒', roles: OPERATORS },
  },
  {
    path: '/templates',
    component: () => import('./pages/TemplatesPage.vue'),
    meta: { title: '通知模板', roles: OPERATORS },
  },
  {
    path: '/calendar',
    component: () => import('./pages/CalendarPage.vue'),
    meta: { title: '通知日历', roles: OPERATORS },
  },
  {
    path: '/delivery',
    component: () => import('./pages/DeliveryPage.vue'),
    meta: { title: '送达情况', roles: OPERATORS },
  },
  { path: '/modules', component: () => import('./pages/ModulesPage.vue'), meta: { title: '模块', roles: PUBLISHERS, impersonal: true } },
  {
    path: '/modules/:id',
    component: () => import('./pages/ModulePage.vue'),
    props: true,
    meta: { title: '模块', roles: PUBLISHERS, impersonal: true },
  },
  {
    path: '/modules/:module/releases/:id',
    component: () => import('./pages/ReleasePage.vue'),
    props: true,
    meta: { title: '版本', roles: PUBLISHERS, impersonal: true },
  },
  {
    path: '/policies',
    component: () => import('./pages/PoliciesPage.vue'),
    meta: { title: '核验方式', roles: ['admin', 'auditor'] },
  },
  { path: '/teams', component: () => import('./pages/TeamsPage.vue'), meta: { title: '团队和密钥', roles: KEEPERS, impersonal: true } },
  { path: '/:rest(.*)*', component: () => import('./pages/NotFoundPage.vue'), meta: { title: '没有这个页面' } },
]

export function consoleRouter(history = createWebHistory('/console/')) {
  const router = createRouter({
    history,
    routes,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach(async (to) => {
    await gate.restore()
    if (session.phase === 'out' && !to.meta.open) return { path: '/sign-in', query: { next: to.fullPath } }
    if (session.phase === 'in' && to.path === '/sign-in') return safeReturn(to.query['next'])
    return true
  })
  router.afterEach((to) => {
    document.title = to.meta.title ? `${to.meta.title} · 天府通办工作台` : '天府通办 · 工作台'
  })
  return router
}
