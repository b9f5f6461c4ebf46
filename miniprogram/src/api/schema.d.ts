/** Made by `npm run api` from openapi.json: never edit. */

export interface paths {
    "/api/v1/cases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My cases, newest first; or those that I opened for somebody; or a company's. */
        get: operations["cases_cases"];
        put?: never;
        /** Apply. The same Idempotency-Key gives the same case. */
        post: operations["cases_submit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cases/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of my cases with its timeline and the days left. */
        get: operations["cases_case"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cases/{number}/rating": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 评价一件办结的事 */
        post: operations["ratings_rate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cases/{number}/supplement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand in what was missing. */
        post: operations["cases_supplement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cases/{number}/urge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for haste, once a day. */
        post: operations["cases_urge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cases/{number}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an application back; a booked slot becomes free. */
        post: operations["cases_withdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/companies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我代表的、我在里面办事的单位，连同我的权限。 */
        get: operations["companies_mine"];
        put?: never;
        /** 法定代表人开通单位空间，或在变更后接手；先刷脸（目的见 403 的 `context.purpose`，一个单位一个）。 */
        post: operations["companies_open_space"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/companies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一个单位和我在其中的权限。 */
        get: operations["companies_company"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/companies/{id}/staff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 单位的办事人员，连同已结束的。 */
        get: operations["companies_staff"];
        put?: never;
        /** 邀请办事人员：得到一个邀请码交给本人。 */
        post: operations["companies_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/company-invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 看邀请码的内容：哪个单位、什么权限、到什么时候。 */
        post: operations["companies_look"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/company-invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 接受邀请；姓名要与邀请一致。 */
        post: operations["companies_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/company-invitations/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 不接受；邀请码作废。 */
        post: operations["companies_decline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/company-staff/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** 结束一位办事人员的权限，立即生效；单位和本人都可以。 */
        delete: operations["companies_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/counter-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 刷脸不过时：为一件事取窗口确认码，30 分钟有效，带身份证到窗口核验。 */
        post: operations["counter_codes_ask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/counter-codes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 窗口确认了没有。 */
        get: operations["counter_codes_state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/delegation-invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 看邀请码的内容：谁、哪些事项、到什么时候。 */
        post: operations["delegations_look"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/delegation-invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 同意；被代办的一方先刷脸（目的见邀请内容的 `purpose`）。 */
        post: operations["delegations_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/delegation-invitations/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 不同意；邀请码作废。 */
        post: operations["delegations_decline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/delegations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我替谁办、谁替我办，连同 90 天内结束的。 */
        get: operations["delegations_mine"];
        put?: never;
        /** 邀请家人：得到一个邀请码交给对方；被代办的一方要刷脸（目的 `delegate:new`）。 */
        post: operations["delegations_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/delegations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** 结束代办，立即生效；任何一方都可以。 */
        delete: operations["delegations_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My drafts, newest first. */
        get: operations["cases_drafts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/{matter}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The draft of one matter, and what a newer release changed for it. */
        get: operations["cases_draft"];
        /** Keep what is filled in so far. */
        put: operations["cases_put_draft"];
        post?: never;
        /** Throw a draft away; there need not be one. */
        delete: operations["cases_delete_draft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/face-checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 为一件事开始人脸核验。 */
        post: operations["identity_begin_face_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/face-checks/{id}/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 请平台向核验方查询结果；结果只由查询决定，重复调用回答相同。 */
        post: operations["identity_finish_face_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guardianships": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 监护人申请代办：先刷脸（目的 `guardian:new`），再带材料和受理码到窗口核对。 */
        post: operations["delegations_ask_guardianship"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/home": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Blocks of the home page of a region (the whole province when none is named). */
        get: operations["matters_home"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/licenses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我的电子证照 */
        get: operations["licenses_licenses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/licenses/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一张电子证照 */
        get: operations["licenses_license"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/licenses/{id}/show": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 亮证：60 秒有效的码 */
        post: operations["licenses_show"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search and browse: by name, keyword, pinyin, initials; by theme, audience, kind. */
        get: operations["matters_matters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters/{matter}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything about one matter in one answer. */
        get: operations["matters_guide"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters/{matter}/prefill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is known already for this form, masked, and the papers that the wallet spares. */
        get: operations["cases_prefill"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters/{matter}/slots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Offices, and what is free in one of them. */
        get: operations["appointments_slots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我的资料（已脱敏）、登录方式和设备。 */
        get: operations["identity_read_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** 改长辈版和常用地区。 */
        patch: operations["identity_update_me"];
        trace?: never;
    };
    "/api/v1/me/closure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 注销的进度，什么会挡住注销，注销后依法保存什么。 */
        get: operations["leaving_state"];
        put?: never;
        /** 申请注销，7 天后执行；已实名的要刷脸（目的 `close:account`）。 */
        post: operations["leaving_ask"];
        /** 取消注销。 */
        delete: operations["leaving_cancel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我同意过哪些部门的页面读取哪些信息 */
        get: operations["bridge_consents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/data-uses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 谁看过我的信息。 */
        get: operations["identity_read_data_uses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** 让一台设备退出登录，一秒内生效。 */
        delete: operations["identity_end_device"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 导出我的全部信息（明文）；已实名的要刷脸（目的 `export:data`）。 */
        post: operations["leaving_export"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/phone/wechat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 用微信 getPhoneNumber 按钮给的 code 登记手机号。 */
        post: operations["identity_add_phone_by_wechat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/real-name": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 实名认证；同一个人在别的渠道开过账号的，合并到先开的那个。 */
        post: operations["identity_prove_real_name"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 与 PATCH /me 相同，给发不了 PATCH 的小程序用。 */
        post: operations["identity_set_me"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我的消息，新的在前 */
        get: operations["push_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/opt-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 不再接收这一类（或这个部门的）通知 */
        post: operations["push_opt_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 标为已读 */
        post: operations["push_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/read-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 全部标为已读 */
        post: operations["push_read_all"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/modules/{module}/call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 部门的页面查询本模块的事项，经平台转给部门的系统 */
        post: operations["bridge_call_module"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/modules/{module}/citizen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 部门的页面问是谁：模块声明过、本人同意过的信息 */
        post: operations["bridge_who_is"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/modules/{module}/consent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 同意部门的页面使用这些信息，代替以前的同意 */
        post: operations["bridge_consent"];
        /** 撤回同意，立即生效 */
        delete: operations["bridge_withdraw"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/offers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我可以免申请享受的 */
        get: operations["offers_mine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/offers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 确认以后会提交哪些内容 */
        get: operations["offers_offer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/offers/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 确认，随即开出办件 */
        post: operations["offers_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/offers/{id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 不需要 */
        post: operations["offers_decline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/own-pages/{matter}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 部门自己的页面在哪里，连同几分钟有效的凭证 */
        get: operations["bridge_open_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My payments of late, newest first. */
        get: operations["payments_payments"];
        put?: never;
        /** Open a payment. The amount is the department's; the same Idempotency-Key gives the same order. */
        post: operations["payments_pay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/payments/{payment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of my payments; the provider is asked while it is open. */
        get: operations["payments_payment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/phone-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 发送登录验证码；对登记过和没登记过的手机号回答相同。 */
        post: operations["identity_send_phone_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我的通知设置 */
        get: operations["push_preferences"];
        /** 修改通知设置 */
        put: operations["push_set_preferences"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preferences/agencies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 给我发过通知的部门 */
        get: operations["push_agencies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/previews/{ticket}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a preview link shows: a release and its matters. */
        get: operations["previews_preview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/previews/{ticket}/matters/{matter}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A guide of the release as citizens would get it. */
        get: operations["previews_preview_matter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/push/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 登记接收推送的设备 */
        post: operations["push_devices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/push/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 上报微信订阅消息的授权结果 */
        post: operations["push_grants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/push/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 可向微信申请订阅的消息模板，以及还剩几次 */
        get: operations["push_templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queries/{matter}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask a department; the matter names the level that is needed. */
        post: operations["cases_query"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/regions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All regions: 四川 with its 市州 and counties, 重庆 with its districts. */
        get: operations["matters_region_tree"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reminders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我快到期的证照和提醒 */
        get: operations["reminders_reminders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reminders/{id}/snooze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 过几天再提醒我 */
        post: operations["reminders_snooze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 当前登录；没有登录时等级为 0。 */
        get: operations["identity_read_session"];
        put?: never;
        post?: never;
        /** 退出登录；本来就没有登录也算成功。 */
        delete: operations["identity_end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 换新的访问令牌；刷新令牌只能用一次，网络断了可带同一个 Idempotency-Key 重试。 */
        post: operations["identity_refresh_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/alipay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 用 my.getAuthCode 的授权码登录。 */
        post: operations["identity_sign_in_by_alipay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 用手机验证码登录。 */
        post: operations["identity_sign_in_by_phone"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/webview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 网页用一次性凭证接过小程序的登录，再打开 `target`。 */
        post: operations["identity_sign_in_webview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/wechat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 用 wx.login 的 code 登录。 */
        post: operations["identity_sign_in_by_wechat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Announce a file of at most 20 MB. */
        post: operations["cases_open_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{upload}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a file has come. */
        get: operations["cases_upload_state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** One piece of the file, placed by Content-Range `bytes first-last/total`. */
        patch: operations["cases_append_upload"];
        trace?: never;
    };
    "/api/v1/uploads/{upload}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of my own file. */
        get: operations["cases_upload_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{upload}/pieces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as PATCH, for clients without PATCH (wx.request). */
        post: operations["cases_append_piece"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{upload}/text-pieces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One piece as base64 text, for clients that cannot send bytes (my.request). */
        post: operations["cases_append_text_piece"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/verify-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 离线验证亮证码的公钥 */
        get: operations["licenses_verify_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/verify/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 扫码验证一张证照 */
        get: operations["licenses_verify"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webview-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 小程序打开网页前取一次性凭证，60 秒内有效，只能用一次。 */
        post: operations["identity_make_webview_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/alipay/{app}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Alipay's notification: a hint that makes us ask. */
        post: operations["payments_callbacks_alipay_notice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/departments/{module}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** News of a case, signed by the department; the same event twice is applied once. */
        post: operations["cases_callbacks_department_update"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/departments/{module}/cases/{number}/files/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of a case that the department was given; asked for with the department's signature. */
        get: operations["cases_callbacks_department_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/jpush": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 极光验证回调地址：原样返回 echostr */
        get: operations["push_callbacks_jpush_echo"];
        put?: never;
        /** 极光的送达、点击回调 */
        post: operations["push_callbacks_jpush"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/wechat/{app}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 微信验证消息推送地址 */
        get: operations["push_callbacks_wechat_echo"];
        put?: never;
        /** 微信消息推送（安全模式） */
        post: operations["push_callbacks_wechat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/wechat/{app}/pay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** WeChat Pay's notification: a hint that makes us ask. */
        post: operations["payments_callbacks_wechat_notice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This process is alive. */
        get: operations["operation_healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus. */
        get: operations["operation_exposition"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["operation_description"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/audiences/attributes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 人群规则里可以用的名字 */
        get: operations["campaigns_attributes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/audiences/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 一条规则选中多少人、分布在哪里 */
        post: operations["campaigns_count"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 通知任务，新的在前 */
        get: operations["campaigns_campaigns"];
        put?: never;
        /** 新建通知任务（草稿） */
        post: operations["campaigns_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一个通知任务，和至今的数字 */
        get: operations["campaigns_campaign"];
        /** 修改草稿 */
        put: operations["campaigns_change"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 批准（须由另一人） */
        post: operations["campaigns_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}/outcomes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 逐人的发送结果（CSV，不含个人信息） */
        get: operations["campaigns_outcomes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 暂停 */
        post: operations["campaigns_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 退回修改 */
        post: operations["campaigns_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 继续 */
        post: operations["campaigns_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 开始发送 */
        post: operations["campaigns_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 终止，不再发送 */
        post: operations["campaigns_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 提交批准 */
        post: operations["campaigns_submit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/campaigns/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 先给一个手机号发一条测试 */
        post: operations["campaigns_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一条消息从产生到送达的经过 */
        get: operations["push_operate_explain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/push/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 各渠道最近 24 小时的发送情况 */
        get: operations["push_operate_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/reminder-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 到期提醒规则，以及今后 30 天要提醒多少 */
        get: operations["reminders_operate_rules"];
        /** 提出对一条到期提醒规则的修改，由另一个运营人员批准；只是停用的立即停用 */
        put: operations["reminders_operate_put_rule"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/reminder-rules/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 批准另一个运营人员提出的修改 */
        post: operations["reminders_operate_approve_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/reminder-rules/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 不批准，或撤回自己提出的修改 */
        post: operations["reminders_operate_reject_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/senders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 各位编写人最近 90 天的通知有多少人因此关闭了通知 */
        get: operations["campaigns_sender_scores"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 通知模板，各取最新的一版 */
        get: operations["campaigns_all_templates"];
        put?: never;
        /** 新建通知模板 */
        post: operations["campaigns_new_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operate/v1/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一个模板的各个版本，带各渠道的预览 */
        get: operations["campaigns_template_versions"];
        /** 把模板改成新的一版，或停用 */
        put: operations["campaigns_change_template"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/cohorts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** 一组先看到新版本的试用人 */
        put: operations["publish_put_cohort"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/generation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 这个进程正在提供的代 */
        get: operations["publish_public_generation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/modules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 我负责的地区的模块 */
        get: operations["publish_modules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/modules/{module}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一个模块：版本、上线、开关、通知 */
        get: operations["publish_module"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/modules/{module}/department-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 部门的密钥，和平台对部门签名用的公钥 */
        get: operations["publish_doors_keys"];
        put?: never;
        /** 登记部门的公钥，要由管理员确认后才能用 */
        post: operations["publish_doors_propose"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/modules/{module}/department-keys/{key}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 确认一把登记的公钥；确认的人不能是登记的人 */
        post: operations["publish_doors_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/modules/{module}/department-keys/{key}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 吊销部门的密钥，立即生效，不能恢复 */
        post: operations["publish_doors_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/modules/{module}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一个模块办得怎么样：调用、失败、快慢、填到一半的表单、评价 */
        get: operations["publish_module_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/modules/{module}/rebase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 在办的办件和草稿换到线上版本：move 为 false 只看；一次一批，用 next 接着 */
        post: operations["publish_cases_rebase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/modules/{module}/source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一个上过线的版本的全部内容，供别的地方采用；不写版本就是线上的 */
        get: operations["publish_source"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 等人审核的版本，等得最久的在前 */
        get: operations["publish_waiting"];
        put?: never;
        /** 上传签了名的模块包（bundle、signature），成为草稿；同一个包再传一次还是同一个版本 */
        post: operations["publish_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/releases/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一个版本：状态、检查结果、审核意见 */
        get: operations["publish_release"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/releases/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 审核通过，要先通过保密审查；审核的人不能是提交的人 */
        post: operations["publish_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/releases/{id}/differences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一个版本和线上版本的不同 */
        get: operations["publish_release_differences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/releases/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 一小时有效的链接，在群众页面里看这个版本 */
        post: operations["publish_previews_make"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/releases/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 退回，逐个文件写明原因 */
        post: operations["publish_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/releases/{id}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 作废一个没有在用的版本 */
        post: operations["publish_retire"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/releases/{id}/secrecy-review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 记下保密审查的结论，只能一次；审查的人不能是上传或提交的人 */
        post: operations["publish_secrecy_review"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/releases/{id}/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 提交审核；先在后台再检查一遍 */
        post: operations["publish_submit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/rollouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 把审核通过的版本分步上线 */
        post: operations["publish_roll_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/rollouts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一次上线走到了哪里 */
        get: operations["publish_rollout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/rollouts/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 暂停：看到新版本的人照旧，不再扩大 */
        post: operations["publish_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/rollouts/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 继续上线 */
        post: operations["publish_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/rollouts/{id}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 立即回退：撤下新版本，已上线的换回上一个版本 */
        post: operations["publish_roll_back"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/switches/{module}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** 开关：on 正常、guide_only 只看指南、off 停办；可以按事项、地区、到期时间 */
        put: operations["publish_switch"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 登记过的团队；发布人只看自己地区模块的团队 */
        get: operations["publish_all_teams"];
        put?: never;
        /** 登记一个团队 */
        post: operations["publish_create_team"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/teams/{team}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 一个团队和它的密钥；只给负责它的模块的发布人和管理员看 */
        get: operations["publish_team"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/teams/{team}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 登记公钥；发布人换密钥要用旧密钥证明 */
        post: operations["publish_add_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/teams/{team}/keys/{key}/agree": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 同意另一位管理员登记的公钥，从此可以用 */
        post: operations["publish_agree_to_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/publish/v1/teams/{team}/keys/{key}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 吊销一把密钥，立即生效 */
        post: operations["publish_revoke_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Database, Redis and registry by name. 503 while the database is away or no snapshot was ever built. */
        get: operations["operation_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 本窗口要打电话提醒的人 */
        get: operations["reminders_staff_to_call"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/calls/{id}/done": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 记下电话的结果 */
        post: operations["reminders_staff_called"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/calls/{id}/number": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 看要打的号码（会记入本人的“谁看过我的信息”） */
        post: operations["reminders_staff_number"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/cases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Cases of my regions, the most urgent first. */
        get: operations["cases_staff_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/cases/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One case; opening it leaves a trace that the citizen can read. */
        get: operations["cases_staff_staff_case"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/cases/{number}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 受理. */
        post: operations["cases_staff_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/cases/{number}/correct": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell once all that is missing (行政许可法 art. 32). */
        post: operations["cases_staff_correct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/cases/{number}/decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approve, or refuse with the reason. */
        post: operations["cases_staff_decide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/cases/{number}/not-accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 不予受理, naming the right office when there is one. */
        post: operations["cases_staff_not_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/cases/{number}/take": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a case; of two at once one gets it. */
        post: operations["cases_staff_take"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/cases/{number}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand the case to the office of another region. */
        post: operations["cases_staff_transfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/counter-codes/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 人证相符：输入身份证原件上的号码，为这一件事确认。 */
        post: operations["counter_codes_staff_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/counter-codes/{id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 人证不符或其他原因，不予确认。 */
        post: operations["counter_codes_staff_refuse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/counter-codes/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 打开办事人带来的确认码；办事人能看到这次查看。 */
        post: operations["counter_codes_staff_find"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/enrolment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 用登记码开始登记，得到验证器要扫的二维码内容。 */
        post: operations["identity_members_begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/enrolment/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 设密码、确认动态码；恢复码只显示这一次。 */
        post: operations["identity_members_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/enrolments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 等待同意或等待本人登记的账号。 */
        get: operations["identity_members_waiting"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/enrolments/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 同意，并得到登记码，只显示这一次；请当面交给本人，24 小时内有效。 */
        post: operations["identity_members_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/enrolments/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 撤回；发出的登记码作废。 */
        post: operations["identity_members_withdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/follow-ups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 待回访、待整改的差评 */
        get: operations["ratings_staff_follow_ups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/follow-ups/{id}/reply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 回复申请人：已联系，或已整改 */
        post: operations["ratings_staff_reply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/guardianships/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 核对了户口簿等材料，关系属实。 */
        post: operations["guardianships_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/guardianships/{id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 材料不足或关系不符；理由会告诉申请人。 */
        post: operations["guardianships_refuse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/guardianships/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 用监护人出示的受理码打开申请；双方都能看到这次查看。 */
        post: operations["guardianships_find"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 全部工作人员账号：岗位、地区、有没有登记动态码、是否停用。 */
        get: operations["identity_members_members"];
        put?: never;
        /** 新建账号；要另一位管理员同意后才能登记密码和动态码。 */
        post: operations["identity_members_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/members/{name}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 停用账号，一秒内退出所有登录。 */
        post: operations["identity_members_disable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/members/{name}/resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 申请重置密码和动态码（也用于重新启用）；另一位管理员同意后生效。 */
        post: operations["identity_members_ask_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 各种事用哪些方式核验本人、先后、次数和有效时间 */
        get: operations["identity_policies_policies"];
        /** 提出修改，由另一位管理员同意后生效 */
        put: operations["identity_policies_propose"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/policies/{id}/agree": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 同意另一位管理员提出的修改，几秒内生效 */
        post: operations["identity_policies_agree"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/policies/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 不同意，或撤回自己提出的修改 */
        post: operations["identity_policies_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/policies/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 试一试：什么样的人会看到哪些核验方式；写手机号就按这个人此刻的情况（本人查得到） */
        post: operations["identity_policies_simulate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 换一组新的恢复码，旧的全部作废；要输入当前动态码。 */
        post: operations["identity_members_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 当前登录的工作人员。 */
        get: operations["identity_staff_staff_session"];
        put?: never;
        post?: never;
        /** 工作人员退出登录。 */
        delete: operations["identity_staff_staff_sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 工作人员用密码和动态码登录；动态码拿不到时用恢复码。 */
        post: operations["identity_staff_staff_sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/staff/v1/uploads/{upload}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of a case that I may see; the look leaves a trace. */
        get: operations["cases_staff_staff_upload_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** AcceptRequest */
        AcceptRequest: {
            /** @default null */
            note?: string | null;
        };
        /** AccountOut */
        AccountOut: {
            created_at: string;
            /** @enum {unknown} */
            kind: "alipay" | "phone" | "wechat";
            label: string;
        };
        /**
         * Act
         * @description `version` is the one that was looked at.
         */
        Act: {
            /** @default  */
            note?: string;
            version: number;
        };
        /**
         * Agencies
         * @description Who has told this citizen something, by name.
         */
        Agencies: {
            items: string[];
            /** @default null */
            next?: string | null;
        };
        /** AlipaySession */
        AlipaySession: {
            auth_code: string;
        };
        /** Alive */
        Alive: {
            status: string;
        };
        /**
         * Answers
         * @description What became of an offer: cases that were opened with it, and people who do not want it.
         */
        Answers: {
            confirmed: number;
            declined: number;
        };
        /**
         * AssuranceOut
         * @description A proof that is still good: a face check for one purpose, unused.
         */
        AssuranceOut: {
            expires_at: string;
            method: string;
            purpose: string;
        };
        /** AttributeList */
        AttributeList: {
            items: components["schemas"]["AttributeOut"][];
            /** @default null */
            next?: string | null;
        };
        /** AttributeOut */
        AttributeOut: {
            name: string;
            text: string;
            type: string;
        };
        /** AudienceCount */
        AudienceCount: {
            count: number;
            regions: components["schemas"]["RegionCount"][];
            sample: components["schemas"]["SamplePerson"][];
        };
        /**
         * AudienceRule
         * @description CEL over the names of GET /operate/v1/audiences/attributes.
         */
        AudienceRule: {
            rule: string;
        };
        /** RegionQuery */
        "backend.bridge.schemas.RegionQuery": {
            /** @default null */
            region?: string | null;
        };
        /** RegionQuery */
        "backend.matters.schemas.RegionQuery": {
            /** @default null */
            region?: string | null;
        };
        /**
         * Because
         * @description Why somebody pauses, resumes or rolls back.
         */
        Because: {
            reason: string;
        };
        /**
         * BehalfQuery
         * @description `on_behalf_of` is the id of a delegation, `company` that of a company; never both.
         */
        BehalfQuery: {
            /** @default null */
            company?: string | null;
            /** @default null */
            on_behalf_of?: string | null;
        };
        /**
         * Booking
         * @description Day and slot of a `book` matter; offices and slots from GET /matters/{id}/slots.
         */
        Booking: {
            /** Format: date */
            date: string;
            office: string;
            slot: string;
        };
        /**
         * CallDone
         * @description What came of a call. Who did not answer is called again the next day, three times at most.
         */
        CallDone: {
            /** @default  */
            note?: string;
            /** @enum {unknown} */
            outcome: "declined" | "no_answer" | "reached" | "renewing" | "wrong_number";
        };
        /** CallList */
        CallList: {
            items: components["schemas"]["CallOut"][];
            /** @default null */
            next?: string | null;
        };
        /** CallNumber */
        CallNumber: {
            phone: string;
        };
        /**
         * CallOut
         * @description Somebody to be called: a masked name, what ends and when. The number is asked for on its own.
         */
        CallOut: {
            days_left: number;
            id: string;
            license_name: string;
            next_at: string | null;
            region: string | null;
            tries: number;
            /** Format: date */
            valid_until: string;
            who: string;
        };
        /** CallsQuery */
        CallsQuery: {
            /** @default null */
            cursor?: string | null;
            /** @default 20 */
            limit?: number;
        };
        /** CampaignChange */
        CampaignChange: {
            body: string;
            /** @default 30 */
            halt_percent?: number;
            /** @default 9 */
            hour_from?: number;
            /** @default 20 */
            hour_to?: number;
            /**
             * @default policy
             * @enum {unknown}
             */
            kind?: "policy" | "reminder";
            /** @default null */
            link?: string | null;
            /** @default null */
            matter?: string | null;
            name: string;
            /** @default 50 */
            pace?: number;
            reason: string;
            rule: string;
            /** @default null */
            send_at?: string | null;
            /** @default false */
            standing?: boolean;
            title: string;
            /** @default [] */
            turns?: string[];
            version: number;
        };
        /** CampaignList */
        CampaignList: {
            items: components["schemas"]["CampaignOut"][];
            /** @default null */
            next?: string | null;
        };
        /** CampaignOut */
        CampaignOut: {
            acts: string[];
            /** @default null */
            answers?: components["schemas"]["Answers"] | null;
            approved_by_name: string | null;
            body: string;
            created_at: string;
            ended_at: string | null;
            /** @default null */
            figures?: components["schemas"]["Figures"] | null;
            halt_percent: number;
            hour_from: number;
            hour_to: number;
            id: string;
            kind: string;
            link: string | null;
            made_by_name: string;
            matter: string | null;
            name: string;
            note: string | null;
            /** @default 0 */
            opted_out?: number;
            pace: number;
            /** @default [] */
            previews?: components["schemas"]["Preview"][];
            reason: string;
            rule: string;
            scope: string[];
            send_at: string | null;
            standing: boolean;
            started_at: string | null;
            /** @enum {unknown} */
            state: "approved" | "done" | "draft" | "halted" | "paused" | "running" | "stopped" | "submitted";
            state_text: string;
            title: string;
            turns: string[];
            version: number;
        };
        /**
         * CampaignPut
         * @description `reason` follows 您收到此消息，因为. `pace`: people a second. Sent only between `hour_from` and `hour_to`
         *         (Asia/Shanghai). `halt_percent`: it stops by itself when so many of a hundred attempts fail. `turns`: regions one
         *         after another, the next when all of the one before were told; the rest of the audience comes last. `standing`:
         *         goes on until it is stopped and each day tells who has come to fit the rule (即将可办), everybody once. `matter`:
         *         who is told may have it with one tap (免申即享); the link leads there and is not to be given.
         */
        CampaignPut: {
            body: string;
            /** @default 30 */
            halt_percent?: number;
            /** @default 9 */
            hour_from?: number;
            /** @default 20 */
            hour_to?: number;
            /**
             * @default policy
             * @enum {unknown}
             */
            kind?: "policy" | "reminder";
            /** @default null */
            link?: string | null;
            /** @default null */
            matter?: string | null;
            name: string;
            /** @default 50 */
            pace?: number;
            reason: string;
            rule: string;
            /** @default null */
            send_at?: string | null;
            /** @default false */
            standing?: boolean;
            title: string;
            /** @default [] */
            turns?: string[];
        };
        /**
         * CampaignsQuery
         * @description `open`: only those that may still tell somebody something.
         */
        CampaignsQuery: {
            /** @default null */
            cursor?: string | null;
            /** @default 20 */
            limit?: number;
            /** @default false */
            open?: boolean;
        };
        /** CaseCard */
        CaseCard: {
            clock: components["schemas"]["Clock"];
            department: string;
            matter: string;
            matter_name: string;
            number: string;
            /** @enum {unknown} */
            state: "accepted" | "approved" | "closed" | "correcting" | "delivered" | "in_review" | "not_accepted" | "refused" | "special" | "submitted" | "transferred" | "withdrawn";
            state_text: string;
            submitted_at: string;
        };
        /** CaseCreate */
        CaseCreate: {
            /** @default null */
            booking?: components["schemas"]["Booking"] | null;
            /** @default null */
            company?: string | null;
            form: Record<string, unknown>;
            /** @default [] */
            materials?: components["schemas"]["MaterialGiven"][];
            matter: string;
            /** @default null */
            on_behalf_of?: string | null;
            /** @default null */
            region?: string | null;
            release: string;
        };
        /** CaseList */
        CaseList: {
            items: components["schemas"]["CaseCard"][];
            next: string | null;
        };
        /** CaseMaterial */
        CaseMaterial: {
            code: string;
            file_name: string | null;
            license: string | null;
            name: string;
            size: number | null;
            upload: string | null;
        };
        /**
         * CaseOut
         * @description `on_behalf_of` is the masked name of whose case it is, when the reader opened it for them.
         */
        CaseOut: {
            booking: components["schemas"]["Booking"] | null;
            can: ("rate" | "show" | "supplement" | "urge" | "withdraw")[];
            clock: components["schemas"]["Clock"];
            decided_at: string | null;
            department: string;
            form: components["schemas"]["FormLine"][];
            materials: components["schemas"]["CaseMaterial"][];
            matter: string;
            matter_name: string;
            missing: components["schemas"]["MissingItem"][];
            next_step: string;
            number: string;
            /** @default null */
            on_behalf_of?: string | null;
            rating: components["schemas"]["CaseRating"] | null;
            region: string;
            release: string;
            result: components["schemas"]["CaseResult"] | null;
            /** @enum {unknown} */
            state: "accepted" | "approved" | "closed" | "correcting" | "delivered" | "in_review" | "not_accepted" | "refused" | "special" | "submitted" | "transferred" | "withdrawn";
            state_text: string;
            submitted_at: string;
            timeline: components["schemas"]["TimelineEntry"][];
        };
        /**
         * CaseRating
         * @description `again`: a bad rating was mended and may be given once more.
         */
        CaseRating: {
            /** @default false */
            again?: boolean;
            at: string;
            comment: string | null;
            follow_up_due: string | null;
            level: number;
            reply: string | null;
        };
        /**
         * CaseResult
         * @description How it ended. `appeal` tells how to object to a refusal (行政许可法 art. 38).
         */
        CaseResult: {
            appeal: string | null;
            details: Record<string, unknown>;
            license: string | null;
            license_name: string | null;
            /** @enum {unknown} */
            outcome: "approved" | "refused";
            reason: string | null;
        };
        /**
         * CasesQuery
         * @description `on_behalf_of`: the cases that I opened under a delegation, instead of my own; `company`: a company's, whoever of
         *         its people opened them.
         */
        CasesQuery: {
            /** @default null */
            company?: string | null;
            /** @default null */
            cursor?: string | null;
            /** @default 20 */
            limit?: number;
            /** @default null */
            on_behalf_of?: string | null;
            /** @default null */
            state?: ("accepted" | "approved" | "closed" | "correcting" | "delivered" | "in_review" | "not_accepted" | "refused" | "special" | "submitted" | "transferred" | "withdrawn") | null;
        };
        /**
         * ChannelOut
         * @description One channel in the last 24 hours. `paused_until`: it rests. `alarm`: its credentials are refused.
         *         `waiting` is due and not sent yet, the oldest since `oldest`; `held` of it belongs to a paused or stopped
         *         sending.
         */
        ChannelOut: {
            alarm: boolean;
            /** @enum {unknown} */
            channel: "alipay" | "jpush" | "sms" | "wechat";
            channel_text: string;
            code: string | null;
            failed: number;
            handed_over: number;
            held: number;
            oldest: string | null;
            paused_until: string | null;
            rate: number | null;
            received: number;
            unknown: number;
            waiting: number;
        };
        /**
         * Clock
         * @description `days_left` in `unit`s (negative: overdue), null while no limit is confirmed or the case is done.
         *         `light`: none, green, yellow (70 % used), red (over).
         */
        Clock: {
            days_left: number | null;
            due_at: string | null;
            /** @enum {unknown} */
            light: "green" | "none" | "red" | "yellow";
            suspended: boolean;
            text: string;
            unit: ("day" | "workday") | null;
        };
        /**
         * ClosureOut
         * @description `state`: none or waiting. `open` must end first; `kept` stays afterwards.
         */
        ClosureOut: {
            due_at: string | null;
            kept: components["schemas"]["Kept"][];
            open: string[];
            state: string;
        };
        /** CodeCount */
        CodeCount: {
            channel: string;
            code: string;
            count: number;
        };
        /** CohortOut */
        CohortOut: {
            name: string;
            size: number;
        };
        /**
         * CohortPut
         * @description Device ids: the cookie `tf_device`, or the header of a mini-program.
         */
        CohortPut: {
            subjects: string[];
        };
        /**
         * CompanyInvitation
         * @description What a code would agree to.
         */
        CompanyInvitation: {
            company: string;
            /** Format: date */
            ends_on: string;
            id: string;
            rights: ("apply" | "cases" | "manage")[];
            /** Format: date */
            starts_on: string;
        };
        /** CompanyInvitationCode */
        CompanyInvitationCode: {
            code: string;
        };
        /** CompanyList */
        CompanyList: {
            items: components["schemas"]["CompanyOut"][];
        };
        /**
         * CompanyOpen
         * @description As on the business licence. Whoever sends it must be its legal representative.
         */
        CompanyOpen: {
            name: string;
            uscc: string;
        };
        /**
         * CompanyOut
         * @description `uscc` is masked. `rights` are the reader's, from `starts_on` to `ends_on` (null: as long as they represent).
         *
         *         `staff_id` is the reader's own place, null for the legal representative.
         */
        CompanyOut: {
            ends_on: string | null;
            id: string;
            name: string;
            rights: ("apply" | "cases" | "manage")[];
            /** @enum {unknown} */
            role: "representative" | "staff";
            staff_id: string | null;
            starts_on: string | null;
            uscc: string;
        };
        /**
         * CompanyStaffInvite
         * @description `name` as on the person's id card; only they can accept.
         */
        CompanyStaffInvite: {
            /** Format: date */
            ends_on: string;
            name: string;
            rights: ("apply" | "cases" | "manage")[];
            /** Format: date */
            starts_on: string;
        };
        /**
         * CompanyStaffInvited
         * @description `code` is told once: to hand to the person.
         */
        CompanyStaffInvited: {
            code: string;
            expires_at: string;
            id: string;
        };
        /** CompanyStaffList */
        CompanyStaffList: {
            items: components["schemas"]["CompanyStaffOut"][];
        };
        /**
         * CompanyStaffOut
         * @description `name` is masked, null until somebody accepts. `state` counts today: an end that has passed is `expired`.
         */
        CompanyStaffOut: {
            /** Format: date */
            ends_on: string;
            id: string;
            name: string | null;
            rights: ("apply" | "cases" | "manage")[];
            /** Format: date */
            starts_on: string;
            /** @enum {unknown} */
            state: "active" | "declined" | "ended" | "expired" | "invited";
        };
        /**
         * ComponentOut
         * @description A part of a 一件事.
         */
        ComponentOut: {
            department: string;
            name: string;
            note: string | null;
        };
        /**
         * ConsentCreate
         * @description `fields` are what the citizen read and agreed to; each must be declared by the release of the token.
         */
        ConsentCreate: {
            fields: string[];
            token: string;
        };
        /** ConsentOut */
        ConsentOut: {
            fields: string[];
            module: string;
        };
        /** ContactOut */
        ContactOut: {
            complaint: string;
            phone: string | null;
        };
        /**
         * CorrectRequest
         * @description Everything that is missing, told once (行政许可法 art. 32).
         */
        CorrectRequest: {
            missing: components["schemas"]["MissingItem"][];
            /** @default null */
            note?: string | null;
        };
        /**
         * CounterCodeCreate
         * @description `purpose` as for a face check.
         */
        CounterCodeCreate: {
            purpose: string;
        };
        /** CounterCodeCreated */
        CounterCodeCreated: {
            code: string;
            expires_at: string;
            id: string;
        };
        /**
         * CounterCodeOut
         * @description `state`: open, confirmed, refused, expired, void.
         */
        CounterCodeOut: {
            expires_at: string;
            id: string;
            purpose: string;
            purpose_text: string;
            reason: string | null;
            state: string;
        };
        /** CounterCodeTyped */
        CounterCodeTyped: {
            code: string;
        };
        /**
         * CounterConfirm
         * @description `id_number` as the card shows it; it is compared and not kept.
         */
        CounterConfirm: {
            id_number: string;
            reason: string;
        };
        /**
         * CounterSeen
         * @description The full name, to be held against the card.
         */
        CounterSeen: {
            asked_at: string;
            expires_at: string;
            id: string;
            name: string;
            purpose_text: string;
        };
        /**
         * DataExport
         * @description Everything held, in clear: `parts` by kind.
         */
        DataExport: {
            made_at: string;
            parts: Record<string, unknown>;
        };
        /**
         * DataUse
         * @description One line of 谁看过我的信息.
         */
        DataUse: {
            at: string;
            purpose: string | null;
            what: string;
            who: string;
        };
        /** DataUses */
        DataUses: {
            items: components["schemas"]["DataUse"][];
            /** @default null */
            next?: string | null;
        };
        /** DataUsesQuery */
        DataUsesQuery: {
            /** @default null */
            cursor?: string | null;
            /** @default 20 */
            limit?: number;
        };
        /** DayOut */
        DayOut: {
            /** Format: date */
            date: string;
            label: string;
            slots: components["schemas"]["SlotOut"][];
        };
        /** DecideRequest */
        DecideRequest: {
            /** @enum {unknown} */
            outcome: "approved" | "refused";
            reason: string;
        };
        /** DelegationCode */
        DelegationCode: {
            code: string;
        };
        /**
         * DelegationCreate
         * @description `role` is mine: agent (I act for them) or grantor (they act for me; needs my face, purpose `delegate:new`).
         *         `relation` is what the person acted for is to the agent. `name` is the other's, as on the id card. `matters` are
         *         ids, or `*` alone. `wallet`: may look at licences. `ends_on` is the last day.
         */
        DelegationCreate: {
            /** Format: date */
            ends_on: string;
            matters: string[];
            name: string;
            /** @enum {unknown} */
            relation: "child" | "other" | "parent" | "spouse";
            /** @enum {unknown} */
            role: "agent" | "grantor";
            /** @default false */
            wallet?: boolean;
        };
        /**
         * DelegationCreated
         * @description `code` is told once: to hand to the other person, or to show at the window.
         */
        DelegationCreated: {
            code: string;
            expires_at: string;
            id: string;
        };
        /**
         * DelegationOut
         * @description `role` is mine; `name` is the other's, masked, null until they accept. `state`: invited, review (待窗口核对),
         *         active, expired, ended, declined, refused.
         */
        DelegationOut: {
            /** Format: date */
            ends_on: string;
            id: string;
            matters: string[];
            name: string | null;
            proved: string | null;
            reason: string | null;
            relation: string;
            relation_text: string;
            role: string;
            state: string;
            wallet: boolean;
        };
        /** DelegationsOut */
        DelegationsOut: {
            items: components["schemas"]["DelegationOut"][];
        };
        /**
         * DeliveryOut
         * @description One channel's part in a message; `why` says in words why it was used or skipped.
         */
        DeliveryOut: {
            at: string;
            /** @enum {unknown} */
            channel: "alipay" | "jpush" | "sms" | "wechat";
            state: string;
            state_text: string;
            why: string;
        };
        /**
         * DeliveryStory
         * @description One channel's part, as an operator looks it up. No address and no device.
         */
        DeliveryStory: {
            attempts: number;
            changed_at: string;
            channel: string;
            channel_text: string;
            chosen_at: string;
            claimed_at: string | null;
            has_idempotency: boolean;
            next_at: string | null;
            provider_code: string | null;
            provider_message_id: string | null;
            sent_at: string | null;
            state: string;
            state_text: string;
            template: string | null;
            why: string;
        };
        /**
         * DepartmentKeyCreate
         * @description A PEM public key of the department, Ed25519 or SM2.
         */
        DepartmentKeyCreate: {
            public_key: string;
        };
        /** DepartmentKeyOut */
        DepartmentKeyOut: {
            /** @enum {unknown} */
            algorithm: "ed25519" | "sm2";
            created_at: string;
            ended_at: string | null;
            id: string;
            reason: string;
            /** @enum {unknown} */
            state: "active" | "proposed" | "revoked";
        };
        /** DepartmentKeys */
        DepartmentKeys: {
            keys: components["schemas"]["DepartmentKeyOut"][];
            module: string;
            platform: components["schemas"]["PlatformKey"][];
        };
        /** DeviceCreate */
        DeviceCreate: {
            /** @enum {unknown} */
            platform: "android" | "hmos" | "ios";
            registration_id: string;
        };
        /** DeviceOut */
        DeviceOut: {
            channel: string;
            created_at: string;
            current: boolean;
            id: string;
            label: string;
            seen_at: string;
        };
        /**
         * Difference
         * @description One change in words: where (`matter` empty for the module itself), what, and both values as people read them.
         *         `place` is the same place by the names of keys and items, which a change of words does not move.
         */
        Difference: {
            /** @default null */
            after?: string | null;
            /** @default null */
            before?: string | null;
            /** @enum {unknown} */
            change: "added" | "changed" | "removed";
            matter: string;
            place: string;
            what: string;
        };
        /** DifferencesOut */
        DifferencesOut: {
            items: components["schemas"]["Difference"][];
            live: string | null;
            next: number | null;
            release: string;
        };
        /**
         * DifferencesQuery
         * @description `start`: the `next` of the page before.
         */
        DifferencesQuery: {
            /** @default 0 */
            start?: number;
        };
        /** DraftList */
        DraftList: {
            items: components["schemas"]["DraftOut"][];
            /** @default null */
            next?: string | null;
        };
        /** DraftMaterial */
        DraftMaterial: {
            code: string;
            license: string | null;
            name: string | null;
            size: number | null;
            upload: string | null;
        };
        /**
         * DraftOut
         * @description `changes` says in words what a newer release dropped or added; empty when all still fits.
         */
        DraftOut: {
            changes: string[];
            form: Record<string, unknown>;
            materials: components["schemas"]["DraftMaterial"][];
            matter: string;
            matter_name: string;
            release: string;
            step: number;
            updated_at: string;
        };
        /**
         * DraftPut
         * @description The form as far as it is filled; nothing is validated but size and shape.
         */
        DraftPut: {
            form: Record<string, unknown>;
            /** @default [] */
            materials?: components["schemas"]["MaterialGiven"][];
            release: string;
            /** @default 0 */
            step?: number;
        };
        /**
         * EchoQuery
         * @description What JPush asks an address to give back.
         */
        EchoQuery: {
            echostr: string;
        };
        /**
         * ElementOut
         * @description One of the ten elements of a guide. `none`: there is none, said so (不设条件、不用交材料); `pending`: 待确认.
         */
        ElementOut: {
            /** @enum {unknown} */
            code: "basis" | "conditions" | "contact" | "fee" | "limit" | "materials" | "name" | "place" | "result" | "steps";
            name: string;
            /** @enum {unknown} */
            state: "none" | "pending" | "stated";
        };
        /**
         * Empty
         * @description An answer without content.
         */
        Empty: Record<string, never>;
        /** EnrolmentBegin */
        EnrolmentBegin: {
            setup_code: string;
            username: string;
        };
        /**
         * EnrolmentBegun
         * @description `otpauth` is what a QR code carries; `secret` is base32, for typing.
         */
        EnrolmentBegun: {
            expires_at: string;
            otpauth: string;
            secret: string;
        };
        /** EnrolmentConfirm */
        EnrolmentConfirm: {
            otp: string;
            password: string;
            setup_code: string;
            username: string;
        };
        /**
         * EnrolmentOut
         * @description `asked_by` null: somebody at the machine itself.
         */
        EnrolmentOut: {
            asked_at: string;
            asked_by: string | null;
            display_name: string;
            expires_at: string | null;
            id: string;
            reason: string;
            state: string;
            username: string;
        };
        /** EnrolmentsOut */
        EnrolmentsOut: {
            items: components["schemas"]["EnrolmentOut"][];
        };
        /**
         * FaceCheckCreate
         * @description `purpose` comes from the 403 that asked for the face, e.g. `submit:chengdu_housing_fund.rent_withdrawal`.
         */
        FaceCheckCreate: {
            /** @enum {unknown} */
            channel: "alipay" | "h5" | "wechat";
            purpose: string;
            /** @default null */
            return_to?: string | null;
        };
        /**
         * FaceCheckOut
         * @description `params`: wechat {verify_id}; alipay {certify_id, url}; h5 {url} to open.
         */
        FaceCheckOut: {
            expires_at: string;
            id: string;
            params: Record<string, unknown>;
            provider: string;
        };
        /**
         * FaceCheckResult
         * @description `ways` is what to offer when the check did not pass.
         */
        FaceCheckResult: {
            message: string;
            /** @enum {unknown} */
            state: "expired" | "failed" | "passed" | "pending";
            ways: components["schemas"]["Way"][];
        };
        /**
         * FactOut
         * @description `verified` false is shown with the mark 待确认.
         */
        FactOut: {
            source: string | null;
            text: string;
            verified: boolean;
        };
        /** FeeOut */
        FeeOut: {
            basis: string | null;
            text: string;
            verified: boolean;
        };
        /**
         * FieldProblem
         * @description One bad field of a request. `field` is a dotted path (`form.monthly_rent`, `members.0.name`).
         */
        FieldProblem: {
            code: string;
            field: string;
            message: string;
        };
        /**
         * Figures
         * @description targeted = sent + skipped + failed + unknown + waiting. `skipped`: told in the inbox alone, or not any more.
         */
        Figures: {
            failed: number;
            failed_why: components["schemas"]["ReasonCount"][];
            sent: number;
            skipped: number;
            skipped_why: components["schemas"]["ReasonCount"][];
            targeted: number;
            unknown: number;
            waiting: number;
        };
        /**
         * Finding
         * @description One fault in a module folder, readable by the team that wrote it.
         *
         *         `file` is relative to the folder; `line` is 1-based, None when the whole file is meant. `code` is stable, so that
         *         a page can group findings; `message` says what is wrong, `mend` what to write instead, both in Chinese.
         */
        Finding: {
            code: string;
            file: string;
            /** @default null */
            line?: number | null;
            /** @default  */
            mend?: string;
            message: string;
            /** @enum {unknown} */
            severity: "error" | "warning";
        };
        /** FollowUpList */
        FollowUpList: {
            items: components["schemas"]["FollowUpOut"][];
            /** @default null */
            next?: string | null;
        };
        /**
         * FollowUpOut
         * @description `contact_due` one working day, `mend_due` fifteen working days after the rating.
         */
        FollowUpOut: {
            case_number: string;
            comment: string | null;
            contact_due: string;
            id: string;
            level: number;
            matter_name: string;
            mend_due: string;
            reply: string | null;
            /** @enum {unknown} */
            state: "closed" | "contacted" | "mended" | "open";
        };
        /** FollowUpReply */
        FollowUpReply: {
            reply: string;
            /** @enum {unknown} */
            state: "contacted" | "mended";
        };
        /**
         * FollowUpsQuery
         * @description `due` are those still owed, by their clock; `done` the latest first.
         */
        FollowUpsQuery: {
            /** @default null */
            cursor?: string | null;
            /** @default 50 */
            limit?: number;
            /**
             * @default due
             * @enum {unknown}
             */
            state?: "done" | "due";
        };
        /** ForecastDay */
        ForecastDay: {
            count: number;
            /** Format: date */
            day: string;
        };
        /**
         * FormLine
         * @description One filled field for reading; identity numbers, phones and cards are masked.
         */
        FormLine: {
            field: string;
            text: string;
            title: string;
        };
        /**
         * GenerationOut
         * @description What this process serves. `failing` says why a newer generation could not be built; null when up to date.
         */
        GenerationOut: {
            failing: string | null;
            generation: number;
        };
        /**
         * GivenConsent
         * @description What the pages of a module may learn of the citizen. `fields` are names of declared fields.
         */
        GivenConsent: {
            department: string;
            fields: string[];
            module: string;
            module_name: string;
            since: string;
        };
        /** GivenConsents */
        GivenConsents: {
            items: components["schemas"]["GivenConsent"][];
        };
        /**
         * GrantCreate
         * @description What wx.requestSubscribeMessage answered, per template.
         */
        GrantCreate: {
            answers: {
                [key: string]: "accept" | "ban" | "filter" | "reject";
            };
        };
        /**
         * GroupOut
         * @description A part of the inbox: 办事, 到期提醒, 政策, 账号安全.
         */
        GroupOut: {
            /** @enum {unknown} */
            group: "cases" | "policies" | "reminders" | "security";
            text: string;
            unread: number;
        };
        /** GuardianshipCode */
        GuardianshipCode: {
            code: string;
        };
        /**
         * GuardianshipCreate
         * @description A minor ends at eighteen by itself. A face check for `guardian:new` comes first.
         */
        GuardianshipCreate: {
            /** Format: date */
            ends_on: string;
            id_number: string;
            matters: string[];
            name: string;
            /** @enum {unknown} */
            relation: "minor" | "ward";
            /** @default false */
            wallet?: boolean;
        };
        /**
         * GuardianshipSeen
         * @description For a window with the papers in hand: full names, masked numbers.
         */
        GuardianshipSeen: {
            asked_at: string;
            /** Format: date */
            ends_on: string;
            guardian: string;
            guardian_id_number: string;
            id: string;
            person: string;
            person_id_number: string;
            relation_text: string;
        };
        /**
         * Guide
         * @description Everything about one matter in one answer.
         *
         *         `elements` are the ten that a matter must state, in reading order, each with how it is stated.
         *         `form` is JSON Schema 2020-12; `ui` the tree of widgets with `show_if` as expression trees; `missing` names the
         *         guide elements that nobody has supplied yet, in words; `uncertain` what is still to be confirmed.
         *         `page`: it begins in the pages of its module.
         *         `state` is on, guide_only (reason in `notice`) or off.
         */
        Guide: {
            audience: string[];
            auto: boolean;
            basis: components["schemas"]["FactOut"][];
            components: components["schemas"]["ComponentOut"][];
            conditions: components["schemas"]["FactOut"][];
            contact: components["schemas"]["ContactOut"];
            /** @enum {unknown} */
            decider: "department" | "platform";
            department: string;
            elements: components["schemas"]["ElementOut"][];
            fee: components["schemas"]["FeeOut"];
            fields_read: string[];
            form: Record<string, unknown>;
            id: string;
            item_code: string | null;
            /** @enum {unknown} */
            kind: "apply" | "book" | "certificate" | "link" | "pay" | "query";
            level: string;
            level_number: number;
            limits: components["schemas"]["LimitsOut"];
            link: string | null;
            materials: components["schemas"]["MaterialOut"][];
            missing: string[];
            module: string;
            name: string;
            notice: string | null;
            page: boolean;
            places: components["schemas"]["PlaceOut"][];
            region_name: string;
            regions: string[];
            release: string;
            result: components["schemas"]["ResultOut"] | null;
            rules: components["schemas"]["FactOut"][];
            /** @enum {unknown} */
            state: "guide_only" | "off" | "on";
            steps: components["schemas"]["StepOut"][];
            summary: string;
            themes: string[];
            ui: Record<string, unknown>[];
            uncertain: string[];
        };
        /**
         * HealthOut
         * @description `releases` over the last `hours`: calls to the department, forms handed in and left.
         */
        HealthOut: {
            hours: number;
            module: string;
            ratings: components["schemas"]["RatingsOut"];
            releases: components["schemas"]["ReleaseHealth"][];
        };
        /** HealthQuery */
        HealthQuery: {
            /** @default 24 */
            hours?: number;
        };
        /** Home */
        Home: {
            blocks: components["schemas"]["HomeBlock"][];
            region: string;
            region_name: string;
            release: string;
        };
        /**
         * HomeBlock
         * @description `kind`: hot (cards), life (cards grouped by 人生事), themes, online (matters that decide at once).
         */
        HomeBlock: {
            /** @enum {unknown} */
            kind: "auto" | "hot" | "query" | "themes";
            /** @default [] */
            matters?: components["schemas"]["MatterCard"][];
            /** @default [] */
            themes?: components["schemas"]["ThemeOut"][];
            title: string;
        };
        /**
         * InvitationOut
         * @description What a code would agree to. `role` is the reader's. `purpose` is the face check that accepting needs, or null.
         */
        InvitationOut: {
            /** Format: date */
            ends_on: string;
            id: string;
            matters: string[];
            name: string;
            purpose: string | null;
            relation: string;
            relation_text: string;
            role: string;
            wallet: boolean;
        };
        /**
         * Kept
         * @description What stays after closing, and why.
         */
        Kept: {
            what: string;
            why: string;
        };
        /**
         * KeyCreate
         * @description A PEM public key (Ed25519). A publisher brings it in with `vouched_by` and `proof` (`sdk.sign.vouch`) of an
         *         active key of the team, which retires; an admin needs neither.
         */
        KeyCreate: {
            /** @default null */
            proof?: string | null;
            public_key: string;
            /** @default null */
            vouched_by?: string | null;
        };
        /** KeyOut */
        KeyOut: {
            created_at: string;
            ended_at: string | null;
            id: string;
            reason: string;
            state: string;
        };
        /** LicenseLine */
        LicenseLine: {
            label: string;
            value: string;
        };
        /** LicenseList */
        LicenseList: {
            items: components["schemas"]["LicenseOut"][];
            /** @default null */
            next?: string | null;
        };
        /**
         * LicenseOut
         * @description `identifier` is the 电子证照标识 of GB/T 36904 with its check character; `number` is masked.
         */
        LicenseOut: {
            case_number: string | null;
            details: components["schemas"]["LicenseLine"][];
            holder: string;
            id: string;
            identifier: string;
            /** Format: date */
            issued_on: string;
            issuer: string;
            name: string;
            number: string;
            /** @enum {unknown} */
            state: "expired" | "revoked" | "valid";
            type: string;
            valid_until: string | null;
        };
        /**
         * LicensesQuery
         * @description `on_behalf_of` is the id of a delegation whose person lets me look at their licences.
         */
        LicensesQuery: {
            /** @default null */
            cursor?: string | null;
            /** @default 20 */
            limit?: number;
            /** @default null */
            on_behalf_of?: string | null;
        };
        /**
         * LimitOut
         * @description `text` is ready to show; `days` null means that nobody has confirmed a figure.
         */
        LimitOut: {
            days: number | null;
            source: string | null;
            text: string;
            unit: ("day" | "workday") | null;
            verified: boolean;
        };
        /** LimitsOut */
        LimitsOut: {
            legal: components["schemas"]["LimitOut"];
            promise: components["schemas"]["LimitOut"];
            visits: number | null;
        };
        /**
         * MaterialGiven
         * @description One material: an upload of this citizen, or a licence in the wallet. Several files: several entries.
         */
        MaterialGiven: {
            code: string;
            /** @default null */
            license?: string | null;
            /** @default null */
            upload?: string | null;
        };
        /**
         * MaterialOut
         * @description `source`: self (the citizen has it), license:<type> (taken from the wallet), department (fetched).
         */
        MaterialOut: {
            code: string;
            formats: string[];
            max_files: number;
            max_mb: number;
            name: string;
            /** @enum {unknown} */
            need: "deferrable" | "optional" | "required";
            need_text: string;
            note: string | null;
            show_if: unknown;
            source: string;
            source_text: string;
            verified: boolean;
        };
        /** MatterCard */
        MatterCard: {
            audience: string[];
            available: boolean;
            department: string;
            id: string;
            /** @enum {unknown} */
            kind: "apply" | "book" | "certificate" | "link" | "pay" | "query";
            level: string;
            name: string;
            promise: string;
            region_name: string;
            regions: string[];
            summary: string;
            themes: string[];
        };
        /** MattersPage */
        MattersPage: {
            items: components["schemas"]["MatterCard"][];
            next: string | null;
            total: number;
        };
        /** MattersQuery */
        MattersQuery: {
            /** @default null */
            audience?: ("company" | "person") | null;
            /** @default null */
            cursor?: string | null;
            /** @default null */
            kind?: ("apply" | "book" | "certificate" | "link" | "pay" | "query") | null;
            /** @default 20 */
            limit?: number;
            /** @default null */
            q?: string | null;
            /** @default null */
            region?: string | null;
            /** @default null */
            theme?: string | null;
        };
        /** Me */
        Me: {
            accounts: components["schemas"]["AccountOut"][];
            age: number | null;
            devices: components["schemas"]["DeviceOut"][];
            elder: boolean;
            id_number: string | null;
            level: number;
            level_name: string;
            name: string | null;
            phone: string | null;
            region: string | null;
        };
        /**
         * MemberCreate
         * @description `regions` are 6-digit codes; a province code covers all of it. 审计 and 管理 stand alone.
         */
        MemberCreate: {
            display_name: string;
            regions: string[];
            roles: ("admin" | "auditor" | "operator" | "publisher" | "reviewer" | "window")[];
            username: string;
        };
        /**
         * MemberOut
         * @description `enrolment`: asked (a second admin is waited for), open (a setup code is out), expired, or null.
         */
        MemberOut: {
            disabled: boolean;
            display_name: string;
            enrolled: boolean;
            enrolment: string | null;
            recovery_left: number;
            regions: string[];
            roles: string[];
            username: string;
        };
        /** MemberReason */
        MemberReason: {
            reason: string;
        };
        /** MembersOut */
        MembersOut: {
            items: components["schemas"]["MemberOut"][];
        };
        /**
         * MessageList
         * @description `unread` and `groups` count the whole inbox, whatever was asked for.
         */
        MessageList: {
            groups: components["schemas"]["GroupOut"][];
            items: components["schemas"]["MessageOut"][];
            next: string | null;
            unread: number;
        };
        /**
         * MessageOut
         * @description `reason` is the sentence 您收到此消息，因为…; `link` a path of the citizen pages; `opt_out` what can be
         *         switched off from here: messages of this kind, or of this `agency`.
         */
        MessageOut: {
            agency: string | null;
            body: string;
            created_at: string;
            deliveries: components["schemas"]["DeliveryOut"][];
            id: string;
            kind: string;
            link: string | null;
            opt_out: ("agency" | "kind")[];
            read_at: string | null;
            reason: string;
            title: string;
            urgent: boolean;
        };
        /** MessagesQuery */
        MessagesQuery: {
            /** @default null */
            cursor?: string | null;
            /** @default null */
            group?: ("cases" | "policies" | "reminders" | "security") | null;
            /** @default 20 */
            limit?: number;
            /** @default null */
            q?: string | null;
            /** @default false */
            unread?: boolean;
        };
        /**
         * MessageStory
         * @description `event` is what told it (case, reminder, campaign …). Nothing says who was told.
         */
        MessageStory: {
            created_at: string;
            deliveries: components["schemas"]["DeliveryStory"][];
            event: string;
            expires_at: string;
            id: string;
            kind: string;
            read_at: string | null;
            reason: string;
            title: string;
            urgent: boolean;
            waits_for_a_channel: boolean;
        };
        /** MeUpdate */
        MeUpdate: {
            /** @default null */
            elder?: boolean | null;
            /** @default null */
            region?: string | null;
        };
        /**
         * MissingItem
         * @description One thing of a one-time completeness notice: a material code, or a field.
         */
        MissingItem: {
            code: string;
            name: string;
            reason: string;
        };
        /**
         * ModuleList
         * @description By id; `next` is what `after` takes for the following page, null at the end.
         */
        ModuleList: {
            items: components["schemas"]["ModuleRow"][];
            next: string | null;
        };
        /**
         * ModuleOut
         * @description Newest first; the last 20 releases, rollouts and notices, and whatever is live or under way.
         */
        ModuleOut: {
            candidate: string | null;
            id: string;
            live: string | null;
            name: string;
            notices: components["schemas"]["NoticeOut"][];
            owners: string[];
            releases: components["schemas"]["ReleaseOut"][];
            rollouts: components["schemas"]["RolloutOut"][];
            switches: components["schemas"]["SwitchOut"][];
        };
        /** ModuleRow */
        ModuleRow: {
            candidate: string | null;
            id: string;
            live: string | null;
            name: string;
        };
        /**
         * ModulesQuery
         * @description `after`: the id of the last module of the page before.
         */
        ModulesQuery: {
            /** @default  */
            after?: string;
        };
        /** NotAcceptRequest */
        NotAcceptRequest: {
            reason: string;
            /** @default null */
            right_office?: string | null;
        };
        /** NoticeOut */
        NoticeOut: {
            at: string;
            figures: Record<string, unknown>;
            kind: string;
            release: string;
            text: string;
        };
        /** OfferConfirm */
        OfferConfirm: {
            release: string;
        };
        /**
         * OfferDetail
         * @description `lines`: what would be handed in, masked; `pledges`: what the tap agrees to; `missing`: why one tap is not enough
         *         for this citizen now, empty when it is. `release` is handed back with the tap.
         */
        OfferDetail: {
            level: number;
            lines: components["schemas"]["OfferLine"][];
            missing: string[];
            offer: components["schemas"]["OfferOut"];
            pledges: string[];
            release: string;
        };
        /** OfferDone */
        OfferDone: {
            case_number: string;
        };
        /** OfferLine */
        OfferLine: {
            text: string;
            title: string;
        };
        /** OfferList */
        OfferList: {
            items: components["schemas"]["OfferOut"][];
            /** @default null */
            next?: string | null;
        };
        /**
         * OfferOut
         * @description Something that a citizen may have without applying (免申即享). `id` is the campaign's.
         */
        OfferOut: {
            answer: ("confirmed" | "declined") | null;
            body: string;
            case_number: string | null;
            department: string;
            id: string;
            matter: string;
            matter_name: string;
            reason: string;
            title: string;
            told_at: string;
        };
        /** OfficeOut */
        OfficeOut: {
            code: string;
            name: string;
            region: string;
            verified: boolean;
        };
        /**
         * OptOut
         * @description Switch off, outside the inbox, what this message is an example of: its kind, or whoever sent it.
         */
        OptOut: {
            /** @enum {unknown} */
            scope: "agency" | "kind";
        };
        /**
         * OwnPageOut
         * @description Where the pages of a matter's module are, for this device. `consented`: nobody needs to be asked any more.
         *
         *         `token` is good for `expires_in` seconds, in this session and for this release alone.
         */
        OwnPageOut: {
            consented: boolean;
            department: string;
            expires_in: number;
            fields: string[];
            matter: string;
            module: string;
            module_name: string;
            release: string;
            token: string;
            url: string;
        };
        /**
         * PageCall
         * @description The page's own words (`sdk.bridge.CallBody`) with the token of the page around it.
         */
        PageCall: {
            matter: string;
            /** @default {} */
            params?: Record<string, unknown>;
            token: string;
        };
        /**
         * PaymentCreate
         * @description `form` holds the matter's fields (e.g. the payment notice's code).
         */
        PaymentCreate: {
            /** @enum {unknown} */
            channel: "alipay" | "wechat";
            form: Record<string, unknown>;
            matter: string;
            release: string;
        };
        /** PaymentList */
        PaymentList: {
            items: components["schemas"]["PaymentOut"][];
            /** @default null */
            next?: string | null;
        };
        /**
         * PaymentOut
         * @description `params` is what the platform's pay call takes; on H5 `params.url`. `case_number` once it is paid.
         */
        PaymentOut: {
            amount_fen: number;
            case_number: string | null;
            /** @enum {unknown} */
            channel: "alipay" | "wechat";
            expires_at: string;
            id: string;
            matter: string;
            paid_at: string | null;
            params: Record<string, unknown>;
            /** @enum {unknown} */
            state: "closed" | "created" | "paid" | "unknown" | "waiting";
            state_text: string;
            title: string;
        };
        /**
         * Person
         * @description Who had a hand in a release. `name` is empty for somebody who is no member of staff (the host itself).
         */
        Person: {
            id: string;
            name: string;
        };
        /**
         * PhoneCodeCreate
         * @description `captcha` is `<id>:<answer>`, asked for only after several codes (429 with `context.captcha`).
         */
        PhoneCodeCreate: {
            /** @default null */
            captcha?: string | null;
            /** @example 13800000001 */
            phone: string;
        };
        /** PhoneCodeSent */
        PhoneCodeSent: {
            expires_at: string;
            retry_at: string;
        };
        /** PhoneSession */
        PhoneSession: {
            code: string;
            /** @example 13800000001 */
            phone: string;
        };
        /** PlaceOut */
        PlaceOut: {
            address: string | null;
            code: string;
            hours: string | null;
            name: string;
            region: string;
            verified: boolean;
        };
        /**
         * PlatformKey
         * @description With what the platform signs what it sends to departments.
         */
        PlatformKey: {
            /** @enum {unknown} */
            algorithm: "ed25519" | "sm2";
            id: string;
            public_key: string;
        };
        /** PoliciesOut */
        PoliciesOut: {
            items: components["schemas"]["PolicyOut"][];
        };
        /**
         * Policy
         * @description `steps` in the order in which they are offered. `failures`: of one's own face on one channel in a day, after
         *         which that channel is left out until midnight. `checks`: begun in a day on all channels. `good_for_s`: how long a
         *         proof may be used, once.
         */
        Policy: {
            /** @default 20 */
            checks?: number;
            /** @default 3 */
            failures?: number;
            /** @default 1800 */
            good_for_s?: number;
            steps: components["schemas"]["Step"][];
        };
        /**
         * PolicyOut
         * @description What holds for an action. `own` false: nobody has written one for it, and that of `*` or the default holds.
         *         `history`: what held, newest first.
         */
        PolicyOut: {
            /** @enum {unknown} */
            action: "*" | "close" | "company" | "delegate" | "export" | "guardian" | "show" | "submit";
            history: components["schemas"]["PolicyVersion"][];
            name: string;
            own: boolean;
            policy: components["schemas"]["Policy"];
            proposed: components["schemas"]["PolicyVersion"] | null;
        };
        /** PolicyPut */
        PolicyPut: {
            /** @enum {unknown} */
            action: "*" | "close" | "company" | "delegate" | "export" | "guardian" | "show" | "submit";
            policy: components["schemas"]["Policy"];
            reason: string;
        };
        /** PolicyVersion */
        PolicyVersion: {
            agreed_by: string | null;
            at: string;
            id: string;
            policy: components["schemas"]["Policy"];
            proposed_by: string;
            reason: string;
            /** @enum {unknown} */
            state: "active" | "proposed" | "replaced";
        };
        /**
         * Preferences
         * @description `off` are kinds, `agencies_off` departments that the citizen does not want to hear outside the inbox (what a
         *         deadline or a decision hangs on still comes); quiet hours in Asia/Shanghai.
         */
        Preferences: {
            /** @default [] */
            agencies_off?: string[];
            /** @default {} */
            channels?: {
                [key: string]: boolean;
            };
            /** @default [] */
            off?: ("policy" | "progress" | "reminder")[];
            /** @default 22:00 */
            quiet_from?: string;
            /** @default 08:00 */
            quiet_to?: string;
        };
        /**
         * Prefill
         * @description What the state already holds for this form, masked. `ready` lists materials the wallet has (免提交).
         */
        Prefill: {
            items: components["schemas"]["PrefillField"][];
            /** @default null */
            next?: string | null;
            ready: {
                [key: string]: string;
            };
        };
        /** PrefillField */
        PrefillField: {
            field: string;
            masked: string;
            source: string;
            value: unknown;
        };
        /**
         * Preview
         * @description What a channel shows; `cut` when it cannot show all of it.
         */
        Preview: {
            /** @enum {unknown} */
            channel: "alipay" | "inbox" | "jpush" | "sms" | "wechat";
            cut: boolean;
            lines: string[];
        };
        /**
         * PreviewLink
         * @description `path` is a page of the citizens' site. Whoever has it sees the release until `expires_at`.
         */
        PreviewLink: {
            expires_at: string;
            path: string;
        };
        /**
         * PreviewOut
         * @description A release that is looked at before citizens get it. `matters` are the first two hundred of `total`.
         */
        PreviewOut: {
            expires_at: string;
            matters: components["schemas"]["MatterCard"][];
            name: string;
            release: string;
            state: string;
            total: number;
        };
        /**
         * Problem
         * @description RFC 9457 problem document. `instance` is the request id that the log carries.
         */
        Problem: {
            code: string;
            /** @default {} */
            context?: Record<string, unknown>;
            /** @default null */
            detail?: string | null;
            /** @default [] */
            errors?: components["schemas"]["FieldProblem"][];
            instance: string;
            status: number;
            title: string;
            type: string;
        };
        /**
         * Proposed
         * @description What an operator wants a rule to be; it holds once another operator has agreed. `yours`: you proposed it.
         */
        Proposed: {
            active: boolean;
            at: string;
            by: string;
            call_days: number | null;
            days: number[];
            resume: boolean;
            text: string;
            yours: boolean;
        };
        /**
         * PushHealth
         * @description `codes`: what vendors refused with, the most frequent first.
         */
        PushHealth: {
            channels: components["schemas"]["ChannelOut"][];
            codes: components["schemas"]["CodeCount"][];
            unplanned: number;
        };
        /** QueryColumn */
        QueryColumn: {
            key: string;
            title: string;
        };
        /** QueryCreate */
        QueryCreate: {
            params: Record<string, unknown>;
        };
        /** QueryOut */
        QueryOut: {
            as_of: string;
            columns: components["schemas"]["QueryColumn"][];
            department: string;
            matter: string;
            rows: Record<string, unknown>[];
            sample: boolean;
            summary: components["schemas"]["QuerySummary"][];
            title: string;
        };
        /** QuerySummary */
        QuerySummary: {
            label: string;
            value: string;
        };
        /**
         * RatingCreate
         * @description `level` 5 非常满意 … 1 非常不满意; 1 and 2 are bad and open a follow-up.
         */
        RatingCreate: {
            /** @default false */
            anonymous?: boolean;
            /** @default [] */
            aspects?: ("convenience" | "efficiency" | "guide" | "platform")[];
            /** @default null */
            comment?: string | null;
            level: number;
        };
        /** RatingOut */
        RatingOut: {
            at: string;
            case_number: string;
            comment: string | null;
            follow_up: components["schemas"]["FollowUpOut"] | null;
            level: number;
            level_text: string;
        };
        /** RatingsOut */
        RatingsOut: {
            bad: number;
            count: number;
            days: number;
            mean: number | null;
        };
        /**
         * Ready
         * @description `failing` names what is away; `generation` is what this process serves.
         */
        Ready: {
            failing: {
                [key: string]: string;
            };
            generation: number;
            status: string;
        };
        /**
         * RealName
         * @description Spaces and a small x in the number are tolerated.
         */
        RealName: {
            id_number: string;
            name: string;
        };
        /**
         * RealNameDone
         * @description The answer of real-name: `Me` and a new token of level 2, which replaces the old one.
         *
         *         `refresh_token` is set only when the session itself is new (accounts were joined, or a phone changed hands): then
         *         the old tokens are void. `message` says what happened to accounts, e.g. in which channel the older one was made.
         */
        RealNameDone: {
            accounts: components["schemas"]["AccountOut"][];
            age: number | null;
            csrf: string;
            devices: components["schemas"]["DeviceOut"][];
            elder: boolean;
            expires_at: string;
            id_number: string | null;
            level: number;
            level_name: string;
            message: string | null;
            name: string | null;
            phone: string | null;
            refresh_token: string | null;
            region: string | null;
            token: string;
        };
        /**
         * Reason
         * @description Why a release is rejected; `file` is a name inside the bundle, `.` for the whole.
         */
        Reason: {
            file: string;
            /** @default null */
            line?: number | null;
            text: string;
        };
        /** ReasonCount */
        ReasonCount: {
            count: number;
            why: string;
        };
        /**
         * Rebase
         * @description `move` false looks and changes nothing. `after` is the `next` of the answer before.
         */
        Rebase: {
            /** @default null */
            after?: string | null;
            /** @default false */
            move?: boolean;
        };
        /**
         * RebaseChange
         * @description What the live release says differently of a matter (its code) than `release`.
         */
        RebaseChange: {
            items: components["schemas"]["Difference"][];
            matter: string;
            release: string;
        };
        /**
         * RebaseItem
         * @description One case, or one draft (without a number: it is its owner's alone). `reasons` say why it stays.
         */
        RebaseItem: {
            /** @enum {unknown} */
            kind: "case" | "draft";
            matter: string;
            moves: boolean;
            name: string;
            number: string | null;
            reasons: string[];
            release: string;
        };
        /**
         * RebaseOut
         * @description `release` is the live one. `moved` true: what `moves` has moved. Go on with `next` until there is none.
         */
        RebaseOut: {
            changes: components["schemas"]["RebaseChange"][];
            items: components["schemas"]["RebaseItem"][];
            moved: boolean;
            next: string | null;
            release: string;
        };
        /**
         * RecoveryCodes
         * @description Told once.
         */
        RecoveryCodes: {
            codes: string[];
        };
        /** RecoveryRenew */
        RecoveryRenew: {
            otp: string;
        };
        /** RegionCount */
        RegionCount: {
            count: number;
            name: string;
            region: string | null;
        };
        /** RegionOut */
        RegionOut: {
            /** @default [] */
            children?: components["schemas"]["RegionOut"][];
            code: string;
            kind: string;
            name: string;
            short: string;
        };
        /**
         * RegionTree
         * @description `items`: 四川 with 21 市州 and their counties, then 重庆 with its districts (川渝通办).
         */
        RegionTree: {
            items: components["schemas"]["RegionOut"][];
            /** @default null */
            next?: string | null;
        };
        /** Reject */
        Reject: {
            reasons: components["schemas"]["Reason"][];
        };
        /**
         * ReleaseHealth
         * @description Of one release in a window. `views`: how often its guides were read.
         *         `mean_ms` and rates are None without anything to take them of.
         */
        ReleaseHealth: {
            calls: number;
            failure_rate: number | null;
            failures: number;
            forms_finished: number;
            forms_left: number;
            left_rate: number | null;
            mean_ms: number | null;
            release: string;
            /** @enum {unknown} */
            role: "candidate" | "live";
            views: number;
        };
        /**
         * ReleaseOut
         * @description `findings` are the warnings of an accepted upload, or why the check refused it; `reasons` the reviewer's.
         *         `yours`: the asker uploaded or submitted it, so somebody else must review it.
         */
        ReleaseOut: {
            created_at: string;
            digest: string;
            findings: components["schemas"]["Finding"][];
            id: string;
            matters: number;
            module: string;
            reasons: unknown[];
            reviewed_by: components["schemas"]["Person"] | null;
            secrecy_review: components["schemas"]["SecrecyOut"] | null;
            state: string;
            state_at: string;
            submitted_by: components["schemas"]["Person"] | null;
            team: string | null;
            uploaded_by: components["schemas"]["Person"];
            version: string;
            yours: boolean;
        };
        /** ReminderList */
        ReminderList: {
            items: components["schemas"]["ReminderOut"][];
            /** @default null */
            next?: string | null;
        };
        /**
         * ReminderOut
         * @description A licence of mine that ends soon and what I was or will be told. `days_left` 0 is the last valid day.
         */
        ReminderOut: {
            can_snooze: boolean;
            days_left: number;
            id: string;
            license_id: string;
            license_name: string;
            link: string | null;
            snoozed_until: string | null;
            /** @enum {unknown} */
            state: "cancelled" | "snoozed" | "told" | "waiting";
            /** Format: date */
            valid_until: string;
        };
        /** ResultOut */
        ResultOut: {
            license: string | null;
            name: string;
            validity: string | null;
            verified: boolean;
        };
        /**
         * RolloutCreate
         * @description `release` is the id of an approved release. Steps may only widen; after the last one everybody gets it.
         */
        RolloutCreate: {
            release: string;
            /** @default null */
            start_at?: string | null;
            /** @default [] */
            steps?: components["schemas"]["RolloutStep"][];
        };
        /**
         * RolloutOut
         * @description `step` counts from 0; -1 before the start.
         */
        RolloutOut: {
            created_at: string;
            ended_at: string | null;
            id: string;
            module: string;
            reason: string;
            release: string;
            start_at: string | null;
            state: string;
            step: number;
            step_at: string;
            steps: components["schemas"]["RolloutStep"][];
            version: string;
        };
        /**
         * RolloutStep
         * @description Who sees the candidate, and for how long before the next step.
         *
         *         Everybody of `regions` (all when empty) whose bucket is below `percent`, and whoever is in one of `cohorts`.
         *         Without `percent`: nobody but the cohorts when there are some, else all of the regions.
         */
        RolloutStep: {
            /** @default [] */
            cohorts?: string[];
            /** @default 3600 */
            hold_s?: number;
            /** @default null */
            percent?: number | null;
            /** @default [] */
            regions?: string[];
        };
        /**
         * RuleDecision
         * @description `version` as it was read.
         */
        RuleDecision: {
            version: number;
        };
        /** RuleList */
        RuleList: {
            items: components["schemas"]["RuleOut"][];
            /** @default null */
            next?: string | null;
        };
        /**
         * RuleOut
         * @description `days`: how many days before the last valid day, largest first. `forecast`: reminders of the next 30 days, days
         *         without any left out. `held`: why scanning stopped and waits for a person.
         */
        RuleOut: {
            active: boolean;
            call_days: number | null;
            cancelled: number;
            days: number[];
            edited_at: string | null;
            edited_by: string | null;
            forecast: components["schemas"]["ForecastDay"][];
            forecast_total: number;
            held: string | null;
            id: string;
            key: string;
            license_name: string;
            license_type: string;
            listed: boolean;
            proposed: components["schemas"]["Proposed"] | null;
            renew: string | null;
            scanned_at: string | null;
            text: string;
            told: number;
            version: number;
            waiting: number;
        };
        /**
         * RulePut
         * @description What the rule is to be. It holds once another operator has agreed; a rule that is merely switched off stops at
         *         once. `version` as it was read. `resume`: scan again after a hold, from today on. `call_days`: so many days before
         *         the end, who has neither looked nor renewed is to be called; null: nobody is.
         */
        RulePut: {
            active: boolean;
            /** @default null */
            call_days?: number | null;
            days: number[];
            id: string;
            /** @default false */
            resume?: boolean;
            text: string;
            version: number;
        };
        /**
         * SamplePerson
         * @description Nothing that names a person.
         */
        SamplePerson: {
            age: number | null;
            region: string;
        };
        /**
         * SecrecyOut
         * @description A recorded 保密审查. `by` is the member of staff who was signed in; `at` is missing in old records.
         */
        SecrecyOut: {
            at: string | null;
            by: string;
            name: string;
            note: string;
            passed: boolean;
        };
        /**
         * SecrecyReview
         * @description 保密审查: whether everything in the release may be public. A note is needed when it may not.
         */
        SecrecyReview: {
            /** @default  */
            note?: string;
            passed: boolean;
        };
        /**
         * SenderScore
         * @description How citizens took what one author sent in the last 90 days. `opted_out` of `sent` switched such notices off.
         *         `grade`: too_few below 200 sent, else good, watch (2 in 1,000 or more) or poor (10 in 1,000 or more).
         */
        SenderScore: {
            campaigns: number;
            /** @enum {unknown} */
            grade: "good" | "poor" | "too_few" | "watch";
            made_by_name: string;
            opted_out: number;
            sent: number;
        };
        /** SenderScores */
        SenderScores: {
            items: components["schemas"]["SenderScore"][];
            /** @default null */
            next?: string | null;
        };
        /**
         * SessionCreated
         * @description `token` goes into `Authorization: Bearer`; pages use the cookies set beside it and send `csrf` as X-TF-CSRF.
         */
        SessionCreated: {
            csrf: string;
            expires_at: string;
            level: number;
            level_name: string;
            refresh_token: string;
            /** @default null */
            target?: string | null;
            token: string;
        };
        /**
         * SessionOut
         * @description Without a session: level 0 and nulls, so that pages need no error path.
         */
        SessionOut: {
            assurances: components["schemas"]["AssuranceOut"][];
            csrf: string | null;
            elder: boolean;
            expires_at: string | null;
            level: number;
            level_name: string;
            name: string | null;
            phone: string | null;
        };
        /**
         * SessionRefresh
         * @description H5 sends no token: the cookie carries it.
         */
        SessionRefresh: {
            /** @default null */
            refresh_token?: string | null;
        };
        /**
         * SetupCode
         * @description Told once, to be handed over in person.
         */
        SetupCode: {
            expires_at: string;
            setup_code: string;
            username: string;
        };
        /**
         * ShowOut
         * @description `code` rotates: good until `expires_at` (60 s), carries no number. `url` is what the QR code holds.
         */
        ShowOut: {
            code: string;
            expires_at: string;
            url: string;
        };
        /**
         * Simulate
         * @description Somebody described, or with `phone` somebody who is there. Without `policy` the one that holds.
         */
        Simulate: {
            /**
             * @default submit
             * @enum {unknown}
             */
            action?: "*" | "close" | "company" | "delegate" | "export" | "guardian" | "show" | "submit";
            /** @default null */
            age?: number | null;
            /** @default 0 */
            begun?: number;
            /** @default {} */
            failures?: {
                [key: string]: number;
            };
            /** @default null */
            phone?: string | null;
            /** @default null */
            policy?: components["schemas"]["Policy"] | null;
        };
        /** SimulatedWay */
        SimulatedWay: {
            /** @enum {unknown} */
            method: "agent" | "alipay" | "counter" | "h5" | "wechat";
            offered: boolean;
            why: string;
        };
        /**
         * Simulation
         * @description The situation that was weighed, and every step of the policy in order. `faults`: why it could not be proposed.
         */
        Simulation: {
            age: number | null;
            begun: number;
            failures: {
                [key: string]: number;
            };
            faults: string[];
            ways: components["schemas"]["SimulatedWay"][];
        };
        /** SlotOut */
        SlotOut: {
            label: string;
            left: number;
            slot: string;
        };
        /**
         * SlotsOut
         * @description `days` are those of `office` (the first one when none is named).
         */
        SlotsOut: {
            days: components["schemas"]["DayOut"][];
            office: string;
            offices: components["schemas"]["OfficeOut"][];
        };
        /** SlotsQuery */
        SlotsQuery: {
            /** @default null */
            date?: string | null;
            /** @default null */
            office?: string | null;
        };
        /** Snooze */
        Snooze: {
            days: number;
        };
        /**
         * SourceOut
         * @description A release to adopt. `digest` is over what is shared (`sdk.adopt`), `content` the canonical module.
         */
        SourceOut: {
            content: Record<string, unknown>;
            digest: string;
            module: string;
            version: string;
        };
        /**
         * SourceQuery
         * @description Without `version` the live one.
         */
        SourceQuery: {
            /** @default null */
            version?: string | null;
        };
        /** StaffCaseCard */
        StaffCaseCard: {
            applicant: string;
            clock: components["schemas"]["Clock"];
            handler: string | null;
            matter_name: string;
            number: string;
            region: string;
            /** @enum {unknown} */
            state: "accepted" | "approved" | "closed" | "correcting" | "delivered" | "in_review" | "not_accepted" | "refused" | "special" | "submitted" | "transferred" | "withdrawn";
            state_text: string;
            submitted_at: string;
            urged: number;
        };
        /** StaffCaseList */
        StaffCaseList: {
            counts: {
                [key: string]: number;
            };
            items: components["schemas"]["StaffCaseCard"][];
            next: string | null;
        };
        /**
         * StaffCaseOut
         * @description A case as its handler sees it: personal data masked; opening it leaves a trace that the citizen can read.
         */
        StaffCaseOut: {
            applicant: string;
            applicant_phone: string | null;
            can: ("accept" | "correct" | "decide" | "not_accept" | "take" | "transfer")[];
            clock: components["schemas"]["Clock"];
            form: components["schemas"]["FormLine"][];
            handler: string | null;
            material_choices: components["schemas"]["MissingItem"][];
            materials: components["schemas"]["CaseMaterial"][];
            matter: string;
            matter_name: string;
            mine: boolean;
            missing: components["schemas"]["MissingItem"][];
            number: string;
            region: string;
            release: string;
            result: components["schemas"]["CaseResult"] | null;
            /** @enum {unknown} */
            state: "accepted" | "approved" | "closed" | "correcting" | "delivered" | "in_review" | "not_accepted" | "refused" | "special" | "submitted" | "transferred" | "withdrawn";
            state_text: string;
            submitted_at: string;
            timeline: components["schemas"]["TimelineEntry"][];
        };
        /** StaffCasesQuery */
        StaffCasesQuery: {
            /** @default null */
            cursor?: string | null;
            /** @default 50 */
            limit?: number;
            /**
             * @default open
             * @enum {unknown}
             */
            queue?: "done" | "mine" | "open" | "overdue";
        };
        /** StaffOut */
        StaffOut: {
            display_name: string;
            regions: string[];
            roles: string[];
            username: string;
        };
        /**
         * StaffSessionCreate
         * @description One of `otp` and `recovery_code`; the latter when the authenticator is gone.
         */
        StaffSessionCreate: {
            /** @default null */
            otp?: string | null;
            password: string;
            /** @default null */
            recovery_code?: string | null;
            username: string;
        };
        /** StaffSessionCreated */
        StaffSessionCreated: {
            csrf: string;
            expires_at: string;
            recovery_left: number;
            staff: components["schemas"]["StaffOut"];
            token: string;
        };
        /** StaffSessionOut */
        StaffSessionOut: {
            csrf: string;
            expires_at: string;
            recovery_left: number;
            staff: components["schemas"]["StaffOut"];
        };
        /**
         * Step
         * @description One way, for those of an age. Ages in whole years; null is no bound, and an unknown age fits no bound.
         */
        Step: {
            /** @default null */
            max_age?: number | null;
            /** @enum {unknown} */
            method: "agent" | "alipay" | "counter" | "h5" | "wechat";
            /** @default null */
            min_age?: number | null;
        };
        /** StepOut */
        StepOut: {
            days: number | null;
            id: string;
            name: string;
            note: string | null;
            who: string;
        };
        /**
         * SubscribeTemplate
         * @description A template to hand to wx.requestSubscribeMessage; `left` is how many messages may still be sent with it.
         */
        SubscribeTemplate: {
            left: number;
            name: string;
            template_id: string;
            title: string;
        };
        /** SubscribeTemplates */
        SubscribeTemplates: {
            items: components["schemas"]["SubscribeTemplate"][];
            /** @default null */
            next?: string | null;
        };
        /** Supplement */
        Supplement: {
            /** @default {} */
            form?: Record<string, unknown>;
            /** @default [] */
            materials?: components["schemas"]["MaterialGiven"][];
            /** @default null */
            note?: string | null;
        };
        /** SwitchOut */
        SwitchOut: {
            matter: string;
            reason: string;
            region: string;
            state: string;
            until: string | null;
        };
        /**
         * SwitchPut
         * @description `matter` is a code of the module, `region` a region code; empty means all. Back to on by itself at `until`.
         */
        SwitchPut: {
            /** @default  */
            matter?: string;
            /** @default  */
            reason?: string;
            /** @default  */
            region?: string;
            /** @enum {unknown} */
            state: "guide_only" | "off" | "on";
            /** @default null */
            until?: string | null;
        };
        /** TeamCreate */
        TeamCreate: {
            id: string;
            name: string;
        };
        /** TeamList */
        TeamList: {
            items: components["schemas"]["TeamRow"][];
            next: string | null;
        };
        /** TeamOut */
        TeamOut: {
            id: string;
            keys: components["schemas"]["KeyOut"][];
            name: string;
        };
        /**
         * TeamRow
         * @description `active`: how many keys may sign now; `proposed`: how many wait for a second admin.
         */
        TeamRow: {
            active: number;
            id: string;
            name: string;
            proposed: number;
        };
        /**
         * TemplateChange
         * @description `version` is the one that was looked at; the change is the next one. `retired` takes it off the list.
         */
        TemplateChange: {
            body: string;
            /**
             * @default policy
             * @enum {unknown}
             */
            kind?: "policy" | "reminder";
            /** @default null */
            link?: string | null;
            name: string;
            reason: string;
            /** @default false */
            retired?: boolean;
            title: string;
            version: number;
        };
        /**
         * TemplateList
         * @description The newest version of each; or all versions of one, the newest first.
         */
        TemplateList: {
            items: components["schemas"]["TemplateOut"][];
            /** @default null */
            next?: string | null;
        };
        /** TemplateOut */
        TemplateOut: {
            body: string;
            created_at: string;
            key: string;
            kind: string;
            link: string | null;
            made_by_name: string;
            name: string;
            /** @default [] */
            previews?: components["schemas"]["Preview"][];
            reason: string;
            retired: boolean;
            title: string;
            version: number;
        };
        /**
         * TemplatePut
         * @description Words that are used again, as in a campaign.
         */
        TemplatePut: {
            body: string;
            /**
             * @default policy
             * @enum {unknown}
             */
            kind?: "policy" | "reminder";
            /** @default null */
            link?: string | null;
            name: string;
            reason: string;
            title: string;
        };
        /**
         * TestSend
         * @description Send it to one citizen who asked for it, by the phone they signed in with.
         */
        TestSend: {
            phone: string;
        };
        /** ThemeOut */
        ThemeOut: {
            /** @enum {unknown} */
            audience: "company" | "person";
            code: string;
            count: number;
            name: string;
        };
        /** TimelineEntry */
        TimelineEntry: {
            at: string;
            kind: string;
            text: string;
            title: string;
            who: string;
        };
        /** TokenBody */
        TokenBody: {
            token: string;
        };
        /** TransferRequest */
        TransferRequest: {
            reason: string;
            region: string;
        };
        /**
         * UpdateAnswer
         * @description `duplicate` is true when the event was applied before.
         */
        UpdateAnswer: {
            /** @default false */
            duplicate?: boolean;
            event_id: string;
        };
        /**
         * UploadCreate
         * @description Announce a file; bytes follow by PATCH or POST with Content-Range, in order, resumable at `offset`.
         */
        UploadCreate: {
            /** @default application/octet-stream */
            content_type?: string;
            name: string;
            /** @default null */
            sha256?: string | null;
            size: number;
        };
        /**
         * UploadOut
         * @description `state`: open (send from `offset`), complete, refused (`message` says why).
         */
        UploadOut: {
            chunk_size: number;
            content_type: string;
            id: string;
            message: string | null;
            name: string;
            offset: number;
            size: number;
            /** @enum {unknown} */
            state: "complete" | "open" | "refused";
        };
        /**
         * UploadPiece
         * @description A piece as base64 text: at most 180 KiB of the file from `offset` on; `sha256` is the digest of this piece.
         */
        UploadPiece: {
            data: string;
            offset: number;
            /** @default null */
            sha256?: string | null;
        };
        /** Urge */
        Urge: {
            /** @default null */
            note?: string | null;
        };
        /**
         * VerifyKey
         * @description A published Ed25519 key, raw 32 bytes in base64url; `retired_at` is set when it signs no more.
         */
        VerifyKey: {
            /** @enum {unknown} */
            algorithm: "Ed25519";
            created_at: string;
            id: string;
            public: string;
            retired_at: string | null;
        };
        /**
         * VerifyKeys
         * @description Everything a verifier needs to check codes without a network; `format` says how a code is built.
         */
        VerifyKeys: {
            format: string;
            items: components["schemas"]["VerifyKey"][];
            /** @default null */
            next?: string | null;
        };
        /**
         * VerifyOut
         * @description What a verifier sees: state and a masked name, never a number.
         */
        VerifyOut: {
            holder: string;
            identifier: string;
            /** Format: date */
            issued_on: string;
            issuer: string;
            name: string;
            shown_at: string;
            /** @enum {unknown} */
            state: "expired" | "revoked" | "valid";
            valid: boolean;
            valid_until: string | null;
        };
        /**
         * WaitingList
         * @description Oldest first.
         */
        WaitingList: {
            items: components["schemas"]["WaitingRow"][];
            next: string | null;
        };
        /** WaitingQuery */
        WaitingQuery: {
            /** @default null */
            cursor?: string | null;
        };
        /**
         * WaitingRow
         * @description A release that waits for a reviewer.
         */
        WaitingRow: {
            id: string;
            matters: number;
            module: string;
            name: string;
            secrecy_passed: boolean | null;
            state_at: string;
            submitted_by: components["schemas"]["Person"] | null;
            team: string | null;
            version: string;
            warnings: number;
            yours: boolean;
        };
        /** Way */
        Way: {
            /** @default null */
            channel?: string | null;
            label: string;
            level: string;
            method: string;
        };
        /** WebviewCode */
        WebviewCode: {
            code: string;
            expires_at: string;
        };
        /**
         * WebviewCodeCreate
         * @description `target` is a path of our own pages, such as `/matters/…`.
         */
        WebviewCodeCreate: {
            /** @example /matters/list */
            target: string;
        };
        /** WebviewSession */
        WebviewSession: {
            code: string;
        };
        /**
         * WechatPhone
         * @description The `code` that `<button open-type="getPhoneNumber">` hands over, not that of wx.login.
         */
        WechatPhone: {
            code: string;
        };
        /**
         * WechatPushQuery
         * @description What WeChat writes behind the address; `echostr` only when it tests it.
         */
        WechatPushQuery: {
            /** @default  */
            echostr?: string;
            /** @default  */
            encrypt_type?: string;
            /** @default  */
            msg_signature?: string;
            /** @default  */
            nonce?: string;
            /** @default  */
            openid?: string;
            /** @default  */
            signature?: string;
            /** @default  */
            timestamp?: string;
        };
        /** WechatSession */
        WechatSession: {
            code: string;
        };
        /**
         * WhoOut
         * @description The declared fields that the citizen agreed to and that are held.
         */
        WhoOut: {
            fields: Record<string, unknown>;
        };
        /** Withdraw */
        Withdraw: {
            /** @default null */
            reason?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    cases_cases: {
        parameters: {
            query?: {
                company?: string | null;
                cursor?: string | null;
                limit?: number;
                on_behalf_of?: string | null;
                state?: ("accepted" | "approved" | "closed" | "correcting" | "delivered" | "in_review" | "not_accepted" | "refused" | "special" | "submitted" | "transferred" | "withdrawn") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaseList"];
                };
            };
        };
    };
    cases_submit: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaseCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaseOut"];
                };
            };
        };
    };
    cases_case: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaseOut"];
                };
            };
        };
    };
    ratings_rate: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RatingCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RatingOut"];
                };
            };
        };
    };
    cases_supplement: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Supplement"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaseOut"];
                };
            };
        };
    };
    cases_urge: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Urge"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaseOut"];
                };
            };
        };
    };
    cases_withdraw: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Withdraw"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaseOut"];
                };
            };
        };
    };
    companies_mine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyList"];
                };
            };
        };
    };
    companies_open_space: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompanyOpen"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyOut"];
                };
            };
        };
    };
    companies_company: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyOut"];
                };
            };
        };
    };
    companies_staff: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyStaffList"];
                };
            };
        };
    };
    companies_invite: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompanyStaffInvite"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyStaffInvited"];
                };
            };
        };
    };
    companies_look: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompanyInvitationCode"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyInvitation"];
                };
            };
        };
    };
    companies_accept: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompanyInvitationCode"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyOut"];
                };
            };
        };
    };
    companies_decline: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompanyInvitationCode"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    companies_end: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    counter_codes_ask: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CounterCodeCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CounterCodeCreated"];
                };
            };
        };
    };
    counter_codes_state: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CounterCodeOut"];
                };
            };
        };
    };
    delegations_look: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DelegationCode"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationOut"];
                };
            };
        };
    };
    delegations_accept: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DelegationCode"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DelegationOut"];
                };
            };
        };
    };
    delegations_decline: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DelegationCode"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delegations_mine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DelegationsOut"];
                };
            };
        };
    };
    delegations_invite: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DelegationCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DelegationCreated"];
                };
            };
        };
    };
    delegations_end: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    cases_drafts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftList"];
                };
            };
        };
    };
    cases_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftOut"];
                };
            };
        };
    };
    cases_put_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                matter: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DraftPut"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftOut"];
                };
            };
        };
    };
    cases_delete_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    identity_begin_face_check: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FaceCheckCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FaceCheckOut"];
                };
            };
        };
    };
    identity_finish_face_check: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FaceCheckResult"];
                };
            };
        };
    };
    delegations_ask_guardianship: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GuardianshipCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DelegationCreated"];
                };
            };
        };
    };
    matters_home: {
        parameters: {
            query?: {
                region?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Home"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    licenses_licenses: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                on_behalf_of?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenseList"];
                };
            };
        };
    };
    licenses_license: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenseOut"];
                };
            };
        };
    };
    licenses_show: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShowOut"];
                };
            };
        };
    };
    matters_matters: {
        parameters: {
            query?: {
                audience?: ("company" | "person") | null;
                cursor?: string | null;
                kind?: ("apply" | "book" | "certificate" | "link" | "pay" | "query") | null;
                limit?: number;
                q?: string | null;
                region?: string | null;
                theme?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MattersPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    matters_guide: {
        parameters: {
            query?: {
                region?: string | null;
            };
            header?: never;
            path: {
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Guide"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    cases_prefill: {
        parameters: {
            query?: {
                company?: string | null;
                on_behalf_of?: string | null;
            };
            header?: never;
            path: {
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Prefill"];
                };
            };
        };
    };
    appointments_slots: {
        parameters: {
            query?: {
                date?: string | null;
                office?: string | null;
            };
            header?: never;
            path: {
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlotsOut"];
                };
            };
        };
    };
    identity_read_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    identity_update_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeUpdate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    leaving_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClosureOut"];
                };
            };
        };
    };
    leaving_ask: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClosureOut"];
                };
            };
        };
    };
    leaving_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    bridge_consents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GivenConsents"];
                };
            };
        };
    };
    identity_read_data_uses: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataUses"];
                };
            };
        };
    };
    identity_end_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    leaving_export: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataExport"];
                };
            };
        };
    };
    identity_add_phone_by_wechat: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WechatPhone"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    identity_prove_real_name: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RealName"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RealNameDone"];
                };
            };
        };
    };
    identity_set_me: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeUpdate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    push_messages: {
        parameters: {
            query?: {
                cursor?: string | null;
                group?: ("cases" | "policies" | "reminders" | "security") | null;
                limit?: number;
                q?: string | null;
                unread?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageList"];
                };
            };
        };
    };
    push_opt_out: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OptOut"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
        };
    };
    push_read: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    push_read_all: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    bridge_call_module: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PageCall"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueryOut"];
                };
            };
        };
    };
    bridge_who_is: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoOut"];
                };
            };
        };
    };
    bridge_consent: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConsentCreate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentOut"];
                };
            };
        };
    };
    bridge_withdraw: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    offers_mine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferList"];
                };
            };
        };
    };
    offers_offer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferDetail"];
                };
            };
        };
    };
    offers_confirm: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferConfirm"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferDone"];
                };
            };
        };
    };
    offers_decline: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    bridge_open_page: {
        parameters: {
            query?: {
                region?: string | null;
            };
            header?: never;
            path: {
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnPageOut"];
                };
            };
        };
    };
    payments_payments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentList"];
                };
            };
        };
    };
    payments_pay: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PaymentCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentOut"];
                };
            };
        };
    };
    payments_payment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                payment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentOut"];
                };
            };
        };
    };
    identity_send_phone_code: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PhoneCodeCreate"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhoneCodeSent"];
                };
            };
        };
    };
    push_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
        };
    };
    push_set_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Preferences"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
        };
    };
    push_agencies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agencies"];
                };
            };
        };
    };
    previews_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewOut"];
                };
            };
        };
    };
    previews_preview_matter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                matter: string;
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Guide"];
                };
            };
        };
    };
    push_devices: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceCreate"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    push_grants: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrantCreate"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    push_templates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscribeTemplates"];
                };
            };
        };
    };
    cases_query: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                matter: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueryCreate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueryOut"];
                };
            };
        };
    };
    matters_region_tree: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegionTree"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    reminders_reminders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReminderList"];
                };
            };
        };
    };
    reminders_snooze: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Snooze"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    identity_read_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionOut"];
                };
            };
        };
    };
    identity_end_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    identity_refresh_session: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionRefresh"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionCreated"];
                };
            };
        };
    };
    identity_sign_in_by_alipay: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlipaySession"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionCreated"];
                };
            };
        };
    };
    identity_sign_in_by_phone: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PhoneSession"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionCreated"];
                };
            };
        };
    };
    identity_sign_in_webview: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebviewSession"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionCreated"];
                };
            };
        };
    };
    identity_sign_in_by_wechat: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WechatSession"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionCreated"];
                };
            };
        };
    };
    cases_open_upload: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadOut"];
                };
            };
        };
    };
    cases_upload_state: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadOut"];
                };
            };
        };
    };
    cases_append_upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadOut"];
                };
            };
        };
    };
    cases_upload_content: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    cases_append_piece: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                upload: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadOut"];
                };
            };
        };
    };
    cases_append_text_piece: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                upload: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadPiece"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadOut"];
                };
            };
        };
    };
    licenses_verify_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifyKeys"];
                };
            };
        };
    };
    licenses_verify: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifyOut"];
                };
            };
        };
    };
    identity_make_webview_code: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebviewCodeCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebviewCode"];
                };
            };
        };
    };
    payments_callbacks_alipay_notice: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                app: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
        };
    };
    cases_callbacks_department_update: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdateAnswer"];
                };
            };
        };
    };
    cases_callbacks_department_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                module: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
        };
    };
    push_callbacks_jpush_echo: {
        parameters: {
            query: {
                echostr: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
        };
    };
    push_callbacks_jpush: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
        };
    };
    push_callbacks_wechat_echo: {
        parameters: {
            query?: {
                echostr?: string;
                encrypt_type?: string;
                msg_signature?: string;
                nonce?: string;
                openid?: string;
                signature?: string;
                timestamp?: string;
            };
            header?: never;
            path: {
                app: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
        };
    };
    push_callbacks_wechat: {
        parameters: {
            query?: {
                echostr?: string;
                encrypt_type?: string;
                msg_signature?: string;
                nonce?: string;
                openid?: string;
                signature?: string;
                timestamp?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                app: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/xml": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
        };
    };
    payments_callbacks_wechat_notice: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                app: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    operation_healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
        };
    };
    operation_exposition: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
        };
    };
    operation_description: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
        };
    };
    campaigns_attributes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttributeList"];
                };
            };
        };
    };
    campaigns_count: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AudienceRule"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudienceCount"];
                };
            };
        };
    };
    campaigns_campaigns: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                open?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignList"];
                };
            };
        };
    };
    campaigns_create: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CampaignPut"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_campaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CampaignChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_approve: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_outcomes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": unknown;
                };
            };
        };
    };
    campaigns_pause: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_reject: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_resume: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_start: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_stop: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_submit: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignOut"];
                };
            };
        };
    };
    campaigns_test: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestSend"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    push_operate_explain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageStory"];
                };
            };
        };
    };
    push_operate_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PushHealth"];
                };
            };
        };
    };
    reminders_operate_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleList"];
                };
            };
        };
    };
    reminders_operate_put_rule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RulePut"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleOut"];
                };
            };
        };
    };
    reminders_operate_approve_rule: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleDecision"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleOut"];
                };
            };
        };
    };
    reminders_operate_reject_rule: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleDecision"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleOut"];
                };
            };
        };
    };
    campaigns_sender_scores: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SenderScores"];
                };
            };
        };
    };
    campaigns_all_templates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateList"];
                };
            };
        };
    };
    campaigns_new_template: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TemplatePut"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateOut"];
                };
            };
        };
    };
    campaigns_template_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateList"];
                };
            };
        };
    };
    campaigns_change_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TemplateChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateOut"];
                };
            };
        };
    };
    publish_put_cohort: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CohortPut"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CohortOut"];
                };
            };
        };
    };
    publish_public_generation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GenerationOut"];
                };
            };
        };
    };
    publish_modules: {
        parameters: {
            query?: {
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModuleList"];
                };
            };
        };
    };
    publish_module: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModuleOut"];
                };
            };
        };
    };
    publish_doors_keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DepartmentKeys"];
                };
            };
        };
    };
    publish_doors_propose: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DepartmentKeyCreate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DepartmentKeys"];
                };
            };
        };
    };
    publish_doors_confirm: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                key: string;
                module: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DepartmentKeys"];
                };
            };
        };
    };
    publish_doors_revoke: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                key: string;
                module: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DepartmentKeys"];
                };
            };
        };
    };
    publish_module_health: {
        parameters: {
            query?: {
                hours?: number;
            };
            header?: never;
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthOut"];
                };
            };
        };
    };
    publish_cases_rebase: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rebase"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RebaseOut"];
                };
            };
        };
    };
    publish_source: {
        parameters: {
            query?: {
                version?: string | null;
            };
            header?: never;
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceOut"];
                };
            };
        };
    };
    publish_waiting: {
        parameters: {
            query?: {
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaitingList"];
                };
            };
        };
    };
    publish_upload: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseOut"];
                };
            };
        };
    };
    publish_release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseOut"];
                };
            };
        };
    };
    publish_approve: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseOut"];
                };
            };
        };
    };
    publish_release_differences: {
        parameters: {
            query?: {
                start?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DifferencesOut"];
                };
            };
        };
    };
    publish_previews_make: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewLink"];
                };
            };
        };
    };
    publish_reject: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reject"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseOut"];
                };
            };
        };
    };
    publish_retire: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseOut"];
                };
            };
        };
    };
    publish_secrecy_review: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecrecyReview"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseOut"];
                };
            };
        };
    };
    publish_submit: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseOut"];
                };
            };
        };
    };
    publish_roll_out: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutOut"];
                };
            };
        };
    };
    publish_rollout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutOut"];
                };
            };
        };
    };
    publish_pause: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutOut"];
                };
            };
        };
    };
    publish_resume: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutOut"];
                };
            };
        };
    };
    publish_roll_back: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutOut"];
                };
            };
        };
    };
    publish_switch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                module: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwitchPut"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModuleOut"];
                };
            };
        };
    };
    publish_all_teams: {
        parameters: {
            query?: {
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamList"];
                };
            };
        };
    };
    publish_create_team: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TeamCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamOut"];
                };
            };
        };
    };
    publish_team: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamOut"];
                };
            };
        };
    };
    publish_add_key: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                team: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamOut"];
                };
            };
        };
    };
    publish_agree_to_key: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                key: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamOut"];
                };
            };
        };
    };
    publish_revoke_key: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                key: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamOut"];
                };
            };
        };
    };
    operation_readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
        };
    };
    reminders_staff_to_call: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallList"];
                };
            };
        };
    };
    reminders_staff_called: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallDone"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    reminders_staff_number: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallNumber"];
                };
            };
        };
    };
    cases_staff_queue: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                queue?: "done" | "mine" | "open" | "overdue";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffCaseList"];
                };
            };
        };
    };
    cases_staff_staff_case: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffCaseOut"];
                };
            };
        };
    };
    cases_staff_accept: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffCaseOut"];
                };
            };
        };
    };
    cases_staff_correct: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CorrectRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffCaseOut"];
                };
            };
        };
    };
    cases_staff_decide: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecideRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffCaseOut"];
                };
            };
        };
    };
    cases_staff_not_accept: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NotAcceptRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffCaseOut"];
                };
            };
        };
    };
    cases_staff_take: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffCaseOut"];
                };
            };
        };
    };
    cases_staff_transfer: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransferRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffCaseOut"];
                };
            };
        };
    };
    counter_codes_staff_confirm: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CounterConfirm"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    counter_codes_staff_refuse: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberReason"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    counter_codes_staff_find: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CounterCodeTyped"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CounterSeen"];
                };
            };
        };
    };
    identity_members_begin: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnrolmentBegin"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentBegun"];
                };
            };
        };
    };
    identity_members_confirm: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnrolmentConfirm"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
        };
    };
    identity_members_waiting: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentsOut"];
                };
            };
        };
    };
    identity_members_approve: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupCode"];
                };
            };
        };
    };
    identity_members_withdraw: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ratings_staff_follow_ups: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                state?: "done" | "due";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FollowUpList"];
                };
            };
        };
    };
    ratings_staff_reply: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FollowUpReply"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FollowUpOut"];
                };
            };
        };
    };
    guardianships_confirm: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberReason"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    guardianships_refuse: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberReason"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    guardianships_find: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GuardianshipCode"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuardianshipSeen"];
                };
            };
        };
    };
    identity_members_members: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MembersOut"];
                };
            };
        };
    };
    identity_members_invite: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberCreate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberOut"];
                };
            };
        };
    };
    identity_members_disable: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberReason"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    identity_members_ask_reset: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberReason"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentOut"];
                };
            };
        };
    };
    identity_policies_policies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoliciesOut"];
                };
            };
        };
    };
    identity_policies_propose: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyPut"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoliciesOut"];
                };
            };
        };
    };
    identity_policies_agree: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoliciesOut"];
                };
            };
        };
    };
    identity_policies_reject: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoliciesOut"];
                };
            };
        };
    };
    identity_policies_simulate: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Simulate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
        };
    };
    identity_members_recovery_codes: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecoveryRenew"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
        };
    };
    identity_staff_staff_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffSessionOut"];
                };
            };
        };
    };
    identity_staff_staff_sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    identity_staff_staff_sign_in: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StaffSessionCreate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StaffSessionCreated"];
                };
            };
        };
    };
    cases_staff_staff_upload_content: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
}
